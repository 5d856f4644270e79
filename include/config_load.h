/*
 * config_load.h - reads small files that the configuration names: its texts and its secrets.
 *
 * Only ordinary files are read; a pipe or a device does not hold us. Both give NULL, or plain
 * Chinese why not.
 */
#ifndef QUANZU_CONFIG_LOAD_H
#define QUANZU_CONFIG_LOAD_H

#include <stddef.h>

#include "buf.h"

const char *config_load(const char *path, struct buf *out); /* appends; at most out->max bytes */
/*
 * The first line of a secret file, without blanks at its ends. A file that others may read is
 * refused (chmod 600). The buffer is wiped on failure.
 */
const char *config_load_secret(const char *path, char *out, size_t n);

#endif
