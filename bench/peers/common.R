# What the R peers share: the same rows, attributes, baselines and output as `leadfit fit --method plain`.
suppressPackageStartupMessages({ library(data.table); library(jsonlite) })
setDTthreads(0)

# Training and judging rows; texts are factors in sort order; rows from `cut` on judge.
read_history <- function(path, cut) {
  table <- fread(path, showProgress = FALSE)
  judges <- as.character(table$CloseDate) >= cut
  won <- as.numeric(table$Stage == "Closed Won")
  table[, c("OpportunityId", "AccountId", "CreatedDate", "CloseDate", "Stage") := NULL]
  for (name in names(table)) if (is.character(table[[name]]))
    set(table, j = name, value = factor(table[[name]], levels = sort(unique(table[[name]]), method = "radix")))
  list(x = table[!judges], won = won[!judges], judge = table[judges], judge_won = won[judges])
}

area_under <- function(score, won) {
  ranks <- rank(score)
  n <- as.numeric(sum(won)); m <- length(won) - n
  (sum(ranks[won == 1]) - n * (n + 1) / 2) / (n * m)
}

# Names as "attribute=level"; design_names are R's, attribute and level run together.
finish <- function(frame, b, errors, area) {
  names <- "(intercept)"
  for (name in names(frame)) names <- c(names, if (is.factor(frame[[name]]))
    paste0(name, "=", levels(frame[[name]])[-1]) else name)
  cat(toJSON(list(auc = area, coefficients = setNames(Map(c, unname(b), unname(errors)), names)),
             digits = NA, auto_unbox = TRUE))
}
