/*
 * drop.h - the drop folder: files come in, and go out again with an answer beside them.
 *
 * The legal states of a file, and the steps between them (each is one rename, after which the
 * folders are synced; nothing is ever overwritten, a taken name gets -2, -3 ...):
 *
 *   S1 arriving   DIR/name, still growing, open for writing, or with a name that says so
 *                 (.x, ~$x, x.tmp, x.part, x.crdownload)
 *   S2 whole      DIR/name, renamed into place, or closed and unchanged for the settle time
 *   S3 taken      DIR/work/name                                   drop_take()
 *   S4 answered   DIR/work/name and DIR/work/.name.report; every row is committed
 *   S5 ended      DIR/done/name or DIR/failed/name, and beside it name-结果.xlsx (or .csv);
 *                 the report is moved first, so a file that has ended has its answer
 *                                                                 drop_finish()
 *
 * After a crash whatever lies in S3 or S4 is taken again from S3: rows that were accepted are
 * known by their number or their content and come back as duplicates.
 *
 * What is no plain file of ours to read (a link, a pipe, a device, a file with a second name,
 * too big, a name with control characters) goes to failed/ with its reason and is never
 * opened for reading. Folders below DIR are left alone. The folder is trusted by its
 * permissions, not by its contents: every name is resolved below DIR, links never.
 */
#ifndef QUANZU_DROP_H
#define QUANZU_DROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "fault.h"

enum { DROP_NAME = 200, DROP_PATH = 4096 };

struct drop;

enum drop_rc {
	DROP_OK,
	DROP_REFUSED, /* not a file we read: *fault says why; finish it as failed */
	DROP_GONE,    /* somebody took it away meanwhile */
	DROP_IO       /* errno says why; it stays where it is and is tried again */
};

/* Makes work/, done/ and failed/ below dir when they are absent. NULL: errno says why. */
struct drop *drop_open(const char *dir, size_t max_bytes);
void drop_close(struct drop *d); /* NULL is allowed */
int drop_fd(const struct drop *d);
const char *drop_dir(const struct drop *d);

enum drop_name {
	DROP_NAME_FILE,
	DROP_NAME_ARRIVING, /* a temporary name: wait */
	DROP_NAME_BAD       /* control or invisible characters, bytes that are no UTF-8 */
};
enum drop_name drop_name_of(const char *name);

/* What lies at DIR/name. False: nothing, or a folder. */
bool drop_look(const struct drop *d, const char *name, struct stat *st);
/* Is somebody writing to it now? (Where the file system cannot tell: false.) */
bool drop_is_open(const struct drop *d, const char *name);

/*
 * S2 to S3. taken gets the name in work/. With DROP_REFUSED it is in work/, too, under a name
 * that is safe to show.
 */
enum drop_rc drop_take(
	struct drop *d, const char *name, char taken[DROP_NAME + 1], struct fault *fault);
/* A file in S3, where nobody else changes it: is it one we read? (Again after a crash.) */
enum drop_rc drop_judge(const struct drop *d, const char *taken, struct fault *fault);
/* The file in work/ for reading, or -1; checked again. From any thread. */
int drop_input(const struct drop *d, const char *taken);
/* Where the report is to be written (ending .xlsx or .csv). From any thread. */
char *drop_report_path(const struct drop *d, const char *taken, bool xlsx, char out[DROP_PATH]);
/* S3 or S4 to S5. A report is moved along when there is one. */
enum drop_rc drop_finish(struct drop *d, const char *taken, bool good);

/* Names in DIR (where 0), or of what a crash left in work/ (where 1); sorted; false: told to
 * stop. Half reports are removed. */
bool drop_each(struct drop *d, int where, bool (*one)(void *arg, const char *name), void *arg);

#endif
