/*
 * Whatever the name of a file in the drop folder: it is taken or waited for, what it is called
 * afterwards can be shown, and it ends in done/ or failed/ and nowhere else.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drop.h"
#include "text.h"

#include "banned.h"

static struct drop *open_drop(void)
{
	static char root[] = "/tmp/fuzz-drop-XXXXXX";
	struct drop *d;

	assert(mkdtemp(root) != NULL);
	d = drop_open(root, 1000);
	assert(d != NULL);
	return d;
}

static void clean(struct drop *d, const char *folder, const char *name)
{
	int fd = openat(drop_fd(d), folder, O_RDONLY | O_DIRECTORY);

	assert(fd != -1);
	assert(unlinkat(fd, name, 0) == 0);
	close(fd);
}

static void pass(struct drop *d, const char *name)
{
	char taken[DROP_NAME + 1];
	struct fault fault;
	struct stat st;
	enum drop_rc rc;

	assert(drop_look(d, name, &st));
	rc = drop_take(d, name, taken, &fault);
	assert(rc == DROP_OK || rc == DROP_REFUSED);
	assert((rc == DROP_REFUSED) == (drop_name_of(name) == DROP_NAME_BAD));
	assert(text_valid(taken, strlen(taken)) && drop_name_of(taken) != DROP_NAME_BAD);
	assert(strlen(taken) <= DROP_NAME && strchr(taken, '/') == NULL);
	assert(!drop_look(d, name, &st));
	assert(drop_finish(d, taken, rc == DROP_OK) == DROP_OK);
	clean(d, rc == DROP_OK ? "done" : "failed", taken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drop *d;
	char name[256];
	int fd;

	if (d == NULL)
		d = open_drop();
	if (size == 0 || size > 255 || memchr(data, '/', size) || memchr(data, '\0', size))
		return 0;
	memcpy(name, data, size);
	name[size] = '\0';
	if (drop_name_of(name) == DROP_NAME_ARRIVING)
		return 0;
	fd = openat(drop_fd(d), name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		return 0; /* work, done, failed: the folders themselves */
	close(fd);
	pass(d, name);
	return 0;
}
