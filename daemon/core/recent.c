#include "recent.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { SLOTS = 2 * RECENT_MAX };

struct entry {
	uint64_t key;
	struct rate_times times;
};

struct recent {
	struct entry *slot[SLOTS]; /* open addressing, never more than half full */
	int count;
};

static void *need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

struct recent *recent_new(void)
{
	return need(calloc(1, sizeof(struct recent)));
}

static void recent_clear(struct recent *r)
{
	for (int i = 0; i < SLOTS; i++)
		free(r->slot[i]);
	memset(r, 0, sizeof *r);
}

void recent_free(struct recent *r)
{
	if (r == NULL)
		return;
	recent_clear(r);
	free(r);
}

/* FNV-1a; the words are ours or checked numbers, nobody gains by making two of them collide. */
static uint64_t mix(uint64_t hash, const char *word)
{
	for (; *word != '\0'; word++)
		hash = (hash ^ (unsigned char)*word) * UINT64_C(1099511628211);
	return (hash ^ 0xff) * UINT64_C(1099511628211);
}

uint64_t recent_key(const char *a, const char *b, const char *c)
{
	return mix(mix(mix(UINT64_C(14695981039346656037), a), b), c);
}

/* Where it stands, or the free place where it would. */
static size_t place_of(const struct recent *r, uint64_t key)
{
	size_t at = (size_t)((key ^ key >> 32) % SLOTS);

	while (r->slot[at] != NULL && r->slot[at]->key != key)
		at = (at + 1) % SLOTS;
	return at;
}

const struct rate_times *recent_of(const struct recent *r, uint64_t key)
{
	const struct entry *e = r->slot[place_of(r, key)];

	return e == NULL ? NULL : &e->times;
}

static void forget(struct recent *r, int64_t before_ms)
{
	struct entry **all = need(malloc(sizeof *all * RECENT_MAX));
	int n = 0;

	for (int i = 0; i < SLOTS; i++) {
		struct entry *e = r->slot[i];

		r->slot[i] = NULL;
		if (e != NULL && rate_last(&e->times) < before_ms)
			free(e);
		else if (e != NULL)
			all[n++] = e;
	}
	r->count = n;
	for (int i = 0; i < n; i++)
		r->slot[place_of(r, all[i]->key)] = all[i];
	free(all);
}

void recent_add(struct recent *r, uint64_t key, int64_t now_ms, int64_t keep_ms)
{
	size_t at = place_of(r, key);

	if (r->slot[at] == NULL) {
		if (r->count == RECENT_MAX)
			forget(r, now_ms - keep_ms);
		if (r->count == RECENT_MAX)
			return;
		at = place_of(r, key);
		r->slot[at] = need(calloc(1, sizeof *r->slot[at]));
		r->slot[at]->key = key;
		r->count++;
	}
	rate_add(&r->slot[at]->times, now_ms);
}
