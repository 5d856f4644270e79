#include "sim_sched.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "banned.h"

struct entry {
	int64_t at_us;
	uint64_t seq;
	void (*fn)(void *arg, void *own);
	void *arg, *own;
};

struct sim_sched {
	struct entry *heap;
	size_t count, room;
	uint64_t seq;
};

static bool before(const struct entry *a, const struct entry *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->seq < b->seq;
}

struct sim_sched *sim_sched_new(void)
{
	struct sim_sched *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	return s;
}

void sim_sched_free(struct sim_sched *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		free(s->heap[i].own);
	free(s->heap);
	free(s);
}

static void reserve(struct sim_sched *s)
{
	if (s->count < s->room)
		return;
	s->room = s->room ? 2 * s->room : 64;
	s->heap = reallocarray(s->heap, s->room, sizeof *s->heap);
	if (s->heap == NULL)
		abort();
}

void sim_sched_add(
	struct sim_sched *s, int64_t at_us, void (*fn)(void *arg, void *own), void *arg, void *own)
{
	struct entry e = { at_us, s->seq++, fn, arg, own };
	size_t i, up;

	reserve(s);
	for (i = s->count++; i > 0; i = up) {
		up = (i - 1) / 2;
		if (!before(&e, &s->heap[up]))
			break;
		s->heap[i] = s->heap[up];
	}
	s->heap[i] = e;
}

static struct entry pop(struct sim_sched *s)
{
	struct entry top = s->heap[0], last = s->heap[--s->count];
	size_t i, kid;

	for (i = 0; (kid = 2 * i + 1) < s->count; i = kid) {
		if (kid + 1 < s->count && before(&s->heap[kid + 1], &s->heap[kid]))
			kid++;
		if (!before(&s->heap[kid], &last))
			break;
		s->heap[i] = s->heap[kid];
	}
	s->heap[i] = last;
	return top;
}

int64_t sim_sched_next(const struct sim_sched *s)
{
	return s->count > 0 ? s->heap[0].at_us : -1;
}

size_t sim_sched_run(struct sim_sched *s, int64_t now_us)
{
	uint64_t end = s->seq;
	size_t n = 0;

	while (s->count > 0 && s->heap[0].at_us <= now_us && s->heap[0].seq < end) {
		struct entry e = pop(s);

		e.fn(e.arg, e.own);
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) each pop() is another entry */
		free(e.own);
		n++;
	}
	return n;
}
