/* Any bytes: json_read() gives what jansson gives, and refuses what jansson refuses. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json_read.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_error_t ours, theirs;
	json_t *a = json_read((const char *)data, size, &ours);
	json_t *b = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &theirs);

	assert((a == NULL) == (b == NULL));
	if (a == NULL) {
		assert(strcmp(ours.text, theirs.text) == 0 && ours.line == theirs.line);
	} else {
		char *x = json_dumps(a, JSON_COMPACT), *y = json_dumps(b, JSON_COMPACT);

		assert(strcmp(x, y) == 0 && json_equal(a, b));
		free(x);
		free(y);
	}
	json_decref(a);
	json_decref(b);
	return 0;
}
