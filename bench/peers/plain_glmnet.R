# glmnet at lambda 0 on a sparse one-hot design, standard errors by hand.  plain_glmnet.R FILE CUT
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "common.R"))
suppressPackageStartupMessages({ library(Matrix); library(glmnet) })
h <- read_history(commandArgs(TRUE)[1], commandArgs(TRUE)[2])
names <- copy(names(h$x))
for (frame in h[c("x", "judge")]) setnames(frame, make.names(names))  # the formula wants plain names
x <- sparse.model.matrix(~ ., h$x)
fit <- glmnet(x[, -1], h$won, family = "binomial", lambda = 0, thresh = 1e-14, maxit = 1e6)
b <- as.numeric(coef(fit))
p <- plogis(as.numeric(x %*% b))
scale <- sqrt(colMeans(x^2))
information <- as.matrix(crossprod(x, Diagonal(x = p * (1 - p)) %*% x)) / outer(scale, scale)
errors <- sqrt(diag(solve(information))) / scale
area <- area_under(as.numeric(sparse.model.matrix(~ ., h$judge) %*% b), h$judge_won)
setnames(h$x, names)
finish(h$x, b, errors, area)
