# data.table: a file into typed columns, all threads.
suppressPackageStartupMessages(library(data.table))
setDTthreads(0)
began <- proc.time()[["elapsed"]]
table <- fread(commandArgs(TRUE)[1], showProgress = FALSE)
cat(sprintf('{"seconds": %.4f, "rows": %d, "columns": %d}\n', proc.time()[["elapsed"]] - began, nrow(table), ncol(table)))
