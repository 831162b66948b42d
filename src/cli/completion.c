/* Completions of bash, zsh and fish, from the same tables as --help: commands, their options, the values of
 * those that have a few, and files. */
#include <string.h>

#include "cli/manual.h"

static bool takes_file(const lf_option_text *option) {
  return option->value && (strcmp(option->value, "FILE") == 0 || strcmp(option->value, "PATH") == 0);
}

/* What a visit of options writes to. */
typedef struct writing {
  lf_text *out;
  const char *command;
} writing;

/* ---- bash ----------------------------------------------------------------------------------------- */

static void bash_name(void *context, const lf_option_text *option) {
  lf_text *out = ((writing *)context)->out;
  lf_text_addf(out, " --%s", option->name);
  if (option->letter) lf_text_addf(out, " -%c", option->letter);
}

static void bash_value(void *context, const lf_option_text *option) {
  lf_text *out = ((writing *)context)->out;
  if (!option->value) return;
  lf_text_addf(out, "    %s:--%s", ((writing *)context)->command, option->name);
  if (option->letter) lf_text_addf(out, " | %s:-%c", ((writing *)context)->command, option->letter);
  if (lf_option_choices(option))
    lf_text_addf(out, ") COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n",
                 lf_option_choices(option));
  else
    lf_text_add(out, takes_file(option) ? ") _leadfit_files \"$word\"; return ;;\n" : ") return ;;\n");
}

static void bash(const lf_command_rule *rules, size_t n, lf_text *out) {
  writing w = {.out = out};
  lf_text_add(out, "# Completion of leadfit for bash. Written by leadfit --completion bash.\n"
                   "_leadfit_files() {\n  local IFS=$'\\n'\n  COMPREPLY=($(compgen -f -- \"$1\"))\n}\n"
                   "_leadfit() {\n"
                   "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options\n"
                   "  COMPREPLY=()\n"
                   "  if [[ $word == '=' ]]; then word=''; fi\n"
                   "  if [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                   "  if ((COMP_CWORD == 1)); then\n    COMPREPLY=($(compgen -W '");
  for (size_t i = 0; i < n; i++) lf_text_addf(out, "%s ", rules[i].name);
  lf_text_add(out, "--help --version --manual --completion' -- \"$word\"))\n    return\n  fi\n"
                   "  case ${COMP_WORDS[1]}:$before in\n"
                   "    --completion:*) COMPREPLY=($(compgen -W 'bash zsh fish' -- \"$word\")); return ;;\n");
  for (size_t i = 0; i < n; i++) {
    w.command = rules[i].name;
    lf_options_visit(rules[i].command, bash_value, &w);
  }
  lf_text_add(out, "  esac\n  case ${COMP_WORDS[1]} in\n");
  for (size_t i = 0; i < n; i++) {
    lf_text_addf(out, "    %s) options='", rules[i].name);
    lf_options_visit(rules[i].command, bash_name, &w);
    lf_text_add(out, "' ;;\n");
  }
  lf_text_add(out, "    *) return ;;\n  esac\n"
                   "  if [[ $word == -* ]]; then\n"
                   "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                   "  else\n    _leadfit_files \"$word\"\n  fi\n}\n"
                   "complete -o filenames -F _leadfit leadfit\n");
}

/* ---- zsh ------------------------------------------------------------------------------------------ */

/* Text within '[...]' of a specification that stands in single quotes. */
static void zsh_text(lf_text *out, const char *text) {
  for (; *text; text++) {
    if (*text == '\'')
      lf_text_add(out, "'\\''");
    else if (strchr("[]:\\", *text))
      lf_text_addf(out, "\\%c", *text);
    else
      lf_text_add_n(out, text, 1);
  }
}

static void zsh_option(void *context, const lf_option_text *option) {
  lf_text *out = ((writing *)context)->out;
  if (option->letter)
    lf_text_addf(out, "        '(-%c --%s)'{-%c,--%s}'[", option->letter, option->name, option->letter,
                 option->name);
  else
    lf_text_addf(out, "        '%s--%s[", strcmp(option->name, "as") == 0 ? "*" : "", option->name);
  zsh_text(out, option->help);
  lf_text_add(out, "]");
  if (option->value) {
    lf_text_add(out, ":");
    zsh_text(out, option->value);
    if (lf_option_choices(option))
      lf_text_addf(out, ":(%s)", lf_option_choices(option));
    else
      lf_text_add(out, takes_file(option) ? ":_files" : ": ");
  }
  lf_text_add(out, "' \\\n");
}

static void zsh(const lf_command_rule *rules, size_t n, lf_text *out) {
  writing w = {.out = out};
  lf_text_add(out, "#compdef leadfit\n# Completion of leadfit for zsh. Written by leadfit --completion zsh.\n"
                   "_leadfit() {\n  local -a commands\n  if ((CURRENT == 2)); then\n    commands=(\n");
  for (size_t i = 0; i < n; i++) {
    lf_text_addf(out, "      '%s:", rules[i].name);
    zsh_text(out, rules[i].help);
    lf_text_add(out, "'\n");
  }
  lf_text_add(out, "    )\n    _describe command commands\n    return\n  fi\n"
                   "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n");
  for (size_t i = 0; i < n; i++) {
    lf_text_addf(out, "    %s)\n      _arguments -s \\\n", rules[i].name);
    lf_options_visit(rules[i].command, zsh_option, &w);
    lf_text_add(out, "        '*:file:_files'\n      ;;\n");
  }
  lf_text_add(out, "  esac\n}\nif [[ $funcstack[1] == _leadfit ]]; then\n  _leadfit \"$@\"\nelse\n"
                   "  compdef _leadfit leadfit\nfi\n");
}

/* ---- fish ----------------------------------------------------------------------------------------- */

static void fish_text(lf_text *out, const char *text) {
  lf_text_add(out, "'");
  for (; *text; text++) lf_text_addf(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
  lf_text_add(out, "'");
}

static void fish_option(void *context, const lf_option_text *option) {
  const writing *w = context;
  lf_text_addf(w->out, "complete -c leadfit -n '__fish_seen_subcommand_from %s' -l %s", w->command,
               option->name);
  if (option->letter) lf_text_addf(w->out, " -s %c", option->letter);
  if (lf_option_choices(option))
    lf_text_addf(w->out, " -x -a '%s'", lf_option_choices(option));
  else if (option->value)
    lf_text_add(w->out, takes_file(option) ? " -r -F" : " -x");
  lf_text_add(w->out, " -d ");
  fish_text(w->out, option->help);
  lf_text_add(w->out, "\n");
}

static void fish(const lf_command_rule *rules, size_t n, lf_text *out) {
  writing w = {.out = out};
  lf_text_add(out, "# Completion of leadfit for fish. Written by leadfit --completion fish.\n");
  for (size_t i = 0; i < n; i++) {
    lf_text_addf(out, "complete -c leadfit -n __fish_use_subcommand -f -a %s -d ", rules[i].name);
    fish_text(out, rules[i].help);
    lf_text_add(out, "\n");
  }
  for (size_t i = 0; i < n; i++) {
    w.command = rules[i].name;
    lf_options_visit(rules[i].command, fish_option, &w);
  }
}

lf_status lf_completion(const lf_command_rule *rules, size_t n, const char *shell, lf_text *out,
                        lf_error *err) {
  if (strcmp(shell, "bash") == 0)
    bash(rules, n, out);
  else if (strcmp(shell, "zsh") == 0)
    zsh(rules, n, out);
  else if (strcmp(shell, "fish") == 0)
    fish(rules, n, out);
  else
    return lf_fail(err, LF_E_USAGE, "--completion is for bash, zsh or fish, not '%s'", shell);
  return lf_text_status(out, err);
}
