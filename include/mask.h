/*
 * mask.h - how personal data look where people other than the one on duty may read.
 *
 * The forms are those of the township's masking rule (docs/INTERNALS.md, "Masks"):
 * name 张*, 欧阳*; mobile 138****5678; landline 021-******00; ID 310***********0018;
 * account: the last four; address: down to the village group. Every function writes
 * a NUL-terminated text into out[n], cutting at a character border, and returns out.
 * A value that has not the expected form is masked harder, never shown.
 */
#ifndef QUANZU_MASK_H
#define QUANZU_MASK_H

#include <stddef.h>

enum { MASK_MAX = 128 };

char *mask_name(const char *name, char *out, size_t n);
char *mask_phone(const char *phone, char *out, size_t n);
char *mask_id(const char *id_no, char *out, size_t n);
char *mask_account(const char *account, char *out, size_t n);
char *mask_address(const char *address, char *out, size_t n); /* up to 村, 组, 队, 社区, 路 */
char *mask_any(
	const char *value, char *out, size_t n); /* kind unknown: digits runs and the middle */

#endif
