#include "zipper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include "banned.h"

static void copy_out(zip_source_t *source, int fd)
{
	char piece[65536];
	zip_int64_t n;

	if (zip_source_open(source) != 0)
		abort();
	while ((n = zip_source_read(source, piece, sizeof piece)) > 0)
		if (write(fd, piece, (size_t)n) != n)
			abort();
	zip_source_close(source);
}

int zipper_make(const struct zipper_part *parts, size_t count, int stored)
{
	zip_source_t *all = zip_source_buffer_create(NULL, 0, 0, NULL);
	int fd = memfd_create("zipper", MFD_CLOEXEC);
	zip_t *zip;

	if (all == NULL || fd == -1)
		abort();
	zip_source_keep(all);
	zip = zip_open_from_source(all, ZIP_TRUNCATE, NULL);
	for (size_t i = 0; i < count; i++) {
		size_t n = parts[i].n != 0 ? parts[i].n : strlen(parts[i].bytes);
		zip_source_t *one = zip_source_buffer(zip, parts[i].bytes, n, 0);
		zip_int64_t index = zip_file_add(zip, parts[i].path, one, ZIP_FL_ENC_UTF_8);

		if (index < 0)
			abort();
		if (stored)
			zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0);
	}
	if (zip_close(zip) != 0)
		abort();
	copy_out(all, fd);
	zip_source_free(all);
	return fd;
}
