# cv.glmnet: ridge (ALPHA 0) or lasso (1) path as it lays it out (columns standardised, from its largest lambda to 1e-4 of
# it), all rows. Row i (from 0) is in fold i / 512 mod K.  path_cvglmnet.R FILE FOLDS LAMBDAS ALPHA
source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])), "common.R"))
suppressPackageStartupMessages({ library(Matrix); library(glmnet) })
arguments <- commandArgs(TRUE)
folds <- as.integer(arguments[2])
h <- read_history(arguments[1], "9999")
setnames(h$x, make.names(names(h$x)))  # the formula wants plain names
x <- sparse.model.matrix(~ ., h$x)[, -1]
parallel <- suppressPackageStartupMessages(require(doParallel, quietly = TRUE))
if (parallel) registerDoParallel(cores = parallel::detectCores())
began <- proc.time()[["elapsed"]]
fold <- ((seq_len(nrow(x)) - 1) %/% 512) %% folds + 1
cv <- cv.glmnet(x, h$won, family = "binomial", alpha = as.numeric(arguments[4]), nlambda = as.integer(arguments[3]), lambda.min.ratio = 1e-4,
                parallel = parallel, foldid = fold, type.measure = "deviance")
seconds <- proc.time()[["elapsed"]] - began
cat(toJSON(list(seconds = seconds, losses = cv$cvm / 2, lambda = cv$lambda, parallel = parallel), digits = NA, auto_unbox = TRUE))
