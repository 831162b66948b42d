# A comment of ours as Doxygen reads it: what stands before a declaration, and what stands behind one; text is no markup.
/^ *#/!{
  s/[@<]/\\&/g
  s|^\( *\)/\* |\1/** |
  s|\([;,]\) *// |\1 /**< |
  s|\([;,]\) */\* |\1 /**< |
  s/ \.\. / ... /
}
