/* zipper.h - test helper: a zip archive out of texts, as a nameless file in memory. */
#ifndef QUANZU_TESTS_ZIPPER_H
#define QUANZU_TESTS_ZIPPER_H

#include <stddef.h>

struct zipper_part {
	const char *path;
	const char *bytes;
	size_t n; /* 0: strlen */
};

int zipper_make(const struct zipper_part *parts, size_t count, int stored);

#endif
