/* .gz and .zst to an open file, in bounded memory. */
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* next_in is const */
#include <zlib.h>
#include <zstd.h>

#include "base/file.h"
#include "base/memory.h"
#include "ingest/bytes.h"

enum { OUT_BLOCK = 1 << 17 };

static const char temporary[] = "the temporary copy of the input";

static lf_status damaged(const char *name, const char *why, lf_error *err) {
  return lf_fail_at(err, LF_E_DATA, name, 0, 0,
                    "is damaged or cut short as compressed data (%s): fetch it again", why);
}

/* What is taken apart, and where to. */
typedef struct packed {
  const char *name;
  int fd;
  const lf_run *run;
} packed;

/* Writes what was made of bytes [0, at). */
static lf_status write_block(const packed *from, const lf_bytes *bytes, size_t at, const char *block,
                             size_t n, lf_error *err) {
  lf_status status = lf_check_interrupt(from->run, err);
  if (status == LF_OK) status = lf_write_all(from->fd, block, n, temporary, err);
  lf_progress(from->run, "decompressing", at, bytes->n);
  return status;
}

/* One gzip file may hold several members, one after the other. */
static lf_status inflate_all(z_stream *z, const lf_bytes *bytes, const packed *from, char *block,
                             uint64_t *written, lf_error *err) {
  const size_t most = 1u << 30;
  size_t at = 0;
  for (;;) {
    size_t feed = bytes->n - at < most ? bytes->n - at : most;
    z->next_in = (const Bytef *)(bytes->data + at);
    z->avail_in = (uInt)feed;
    z->next_out = (Bytef *)block;
    z->avail_out = OUT_BLOCK;
    int code = inflate(z, Z_NO_FLUSH);
    size_t made = OUT_BLOCK - z->avail_out;
    at += feed - z->avail_in;
    lf_status status = write_block(from, bytes, at, block, made, err);
    if (status != LF_OK) return status;
    *written += made;
    if (code == Z_STREAM_END) {
      bool more = bytes->n - at > 2 && memcmp(bytes->data + at, "\x1f\x8b", 2) == 0;
      if (!more) return LF_OK;
      if (inflateReset(z) != Z_OK) return damaged(from->name, "gzip", err);
    } else if (code != Z_OK || (made == 0 && at >= bytes->n)) {
      return damaged(from->name, z->msg ? z->msg : "gzip ends too early", err);
    }
  }
}

static lf_status from_gzip(const lf_bytes *bytes, const packed *from, uint64_t *written, lf_error *err) {
  lf_status status = LF_OK;
  char *block = NULL;
  z_stream z = {0};
  if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
    return lf_fail(err, LF_E_MEMORY, "not enough memory for zlib");
  LF_TRY(lf_alloc(OUT_BLOCK, 1, &block, err));
  LF_TRY(inflate_all(&z, bytes, from, block, written, err));
cleanup:
  inflateEnd(&z);
  free(block);
  return status;
}

static lf_status from_zstd(const lf_bytes *bytes, const packed *from, uint64_t *written, lf_error *err) {
  lf_status status = LF_OK;
  char *block = NULL;
  ZSTD_DCtx *z = ZSTD_createDCtx();
  if (!z) return lf_fail(err, LF_E_MEMORY, "not enough memory for zstd");
  LF_TRY(lf_alloc(OUT_BLOCK, 1, &block, err));
  ZSTD_inBuffer in = {bytes->data, bytes->n, 0};
  size_t left = 1;
  bool full = true;
  while (in.pos < in.size || full) {
    ZSTD_outBuffer out = {block, OUT_BLOCK, 0};
    left = ZSTD_decompressStream(z, &out, &in);
    if (ZSTD_isError(left)) LF_TRY(damaged(from->name, ZSTD_getErrorName(left), err));
    full = out.pos == out.size;
    LF_TRY(write_block(from, bytes, in.pos, block, out.pos, err));
    *written += out.pos;
  }
  if (left) LF_TRY(damaged(from->name, "zstd ends too early", err));
cleanup:
  ZSTD_freeDCtx(z);
  free(block);
  return status;
}

lf_status lf_decompress(const lf_bytes *bytes, const char *name, int fd, const lf_run *run, bool *known,
                        uint64_t *written, lf_error *err) {
  bool gzip = bytes->n >= 3 && memcmp(bytes->data, "\x1f\x8b\x08", 3) == 0;
  bool zstd = bytes->n >= 4 && memcmp(bytes->data, "\x28\xb5\x2f\xfd", 4) == 0;
  *known = gzip || zstd;
  *written = 0;
  if (!*known || fd < 0) return LF_OK;
  const packed from = {name, fd, run};
  return gzip ? from_gzip(bytes, &from, written, err) : from_zstd(bytes, &from, written, err);
}
