#include "throttle.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { WAYS = 8, NAME_MAX_BYTES = 47 };

struct bucket {
	char name[NAME_MAX_BYTES + 1]; /* kind first; "" free */
	int64_t full_at; /* when it would be full again; what it lacks is the time till then */
	int64_t used_at;
};

struct throttle {
	struct bucket slot[THROTTLE_SLOTS];
};

static const int64_t token_ms = INT64_C(3600000) / THROTTLE_HOUR;

struct throttle *throttle_new(void)
{
	struct throttle *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	return t;
}

void throttle_free(struct throttle *t)
{
	free(t);
}

static uint32_t hash_of(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

/* Its bucket, or the one of its eight places that was used longest ago, emptied for it. */
static struct bucket *bucket_of(struct throttle *t, const char *name)
{
	size_t at = hash_of(name) % (THROTTLE_SLOTS / WAYS) * WAYS;
	struct bucket *oldest = &t->slot[at];

	for (size_t i = 0; i < WAYS; i++) {
		struct bucket *b = &t->slot[at + i];

		if (strcmp(b->name, name) == 0)
			return b;
		if (b->used_at < oldest->used_at)
			oldest = b;
	}
	*oldest = (struct bucket){ .full_at = 0 };
	memcpy(oldest->name, name, strlen(name) + 1);
	return oldest;
}

bool throttle_take(struct throttle *t, char kind, const char *name, int64_t now_ms)
{
	char key[NAME_MAX_BYTES + 1] = { kind };
	struct bucket *b;

	strncat(key, name, sizeof key - 2);
	b = bucket_of(t, key);
	b->used_at = now_ms;
	if (b->full_at < now_ms)
		b->full_at = now_ms;
	if (b->full_at - now_ms > (THROTTLE_BURST - 1) * token_ms)
		return false;
	b->full_at += token_ms;
	return true;
}
