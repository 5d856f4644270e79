/* Whatever stands in a request line: what comes out is clean text, and a match is a real one. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "route.h"
#include "text.h"
#include "web_room.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void clean(const char *s)
{
	assert(text_valid(s, strlen(s)));
	for (; *s != '\0'; s++)
		assert((unsigned char)*s >= 0x20 && *s != 0x7F);
}

static size_t slashes(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += *s == '/';
	return n;
}

static void try_routes(const char *path, struct arena *a)
{
	for (const struct web_route *r = web_routes; r->pattern != NULL; r++) {
		struct route_args args;

		if (!route_fits(r->pattern, path, a, &args))
			continue;
		assert(slashes(r->pattern) == slashes(path));
		for (int i = 0; i < args.count; i++) {
			assert(args.value[i][0] != '\0');
			clean(args.value[i]);
		}
	}
}

static void try_query(const char *raw, struct arena *a)
{
	struct query q;
	bool ok = true;

	if (!query_parse(raw, a, &q))
		return;
	assert(q.count <= QUERY_MAX);
	for (int i = 0; i < q.count; i++) {
		int64_t n = query_number(&q, q.name[i], 5, 1, 500, &ok);

		clean(q.name[i]);
		clean(q.value[i]);
		assert(query_get(&q, q.name[i]) == q.value[i]);
		assert(n >= 1 && n <= 500);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *mark;
	struct arena a;

	if (size > REQUEST_TARGET)
		return 0;
	text = malloc(size + 1);
	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	arena_init(&a, 64 << 20);
	mark = strchr(text, '?');
	if (mark != NULL) {
		*mark = '\0';
		try_query(mark + 1, &a);
	}
	try_routes(text, &a);
	arena_free(&a);
	free(text);
	return 0;
}
