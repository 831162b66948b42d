# R's glm on fread's table.  plain_glm.R FILE CUT
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "common.R"))
h <- read_history(commandArgs(TRUE)[1], commandArgs(TRUE)[2])
fit <- glm(h$won ~ ., family = binomial, data = h$x, model = FALSE, control = glm.control(epsilon = 1e-10))
errors <- sqrt(diag(vcov(fit)))
finish(h$x, coef(fit), errors, area_under(predict(fit, h$judge), h$judge_won))
