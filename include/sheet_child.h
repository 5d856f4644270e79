/*
 * sheet_child.h - spreadsheets are read in a child process that has nothing to lose.
 *
 * The child is this program again, started with SHEET_CHILD_ARG: the file is its descriptor
 * 3, the rows leave by descriptor 4, 0 to 2 are /dev/null, nothing else is inherited. It
 * limits its own address space and processor time before it looks at the first byte;
 * the parent gives up after twice that time by the clock and kills it. What
 * comes over the pipe is checked like any other input.
 *
 * A main() that calls sheet_read() begins with:
 *     if (argc > 1 && strcmp(argv[1], SHEET_CHILD_ARG) == 0)
 *             return sheet_child_main(argc, argv);
 */
#ifndef QUANZU_SHEET_CHILD_H
#define QUANZU_SHEET_CHILD_H

#include "sheet.h"

#define SHEET_CHILD_ARG "--read-sheet"

/* The program to start; NULL (at first): this one, /proc/self/exe. Set before threads run. */
void sheet_child_program(const char *path);
int sheet_child_main(int argc, char **argv);
/* Blocks until the child has ended. From any thread. */
enum sheet_rc sheet_child_read(int fd, const struct sheet_limits *limits,
	const struct sheet_sink *sink, struct fault *fault);

#endif
