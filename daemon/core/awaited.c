#include "awaited.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { REFERENCES = 256 };

struct part {
	int64_t id, sent_ms;
	int part;
	char number[AWAITED_NUMBER];
};

struct awaited {
	struct { /* oldest first */
		int count;
		struct part part[AWAITED_EACH];
	} of[REFERENCES];
	struct {
		int64_t id;
		char number[AWAITED_NUMBER];
	} message[AWAITED_MESSAGES];
	unsigned next; /* message */
};

struct awaited *awaited_new(void)
{
	struct awaited *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	return a;
}

void awaited_free(struct awaited *a)
{
	free(a);
}

void awaited_message(struct awaited *a, int64_t id, const char *number)
{
	unsigned at = a->next++ % AWAITED_MESSAGES;

	a->message[at].id = id;
	snprintf(a->message[at].number, AWAITED_NUMBER, "%s", number);
}

static const char *number_of(const struct awaited *a, int64_t id)
{
	for (int i = 0; i < AWAITED_MESSAGES; i++)
		if (a->message[i].id == id)
			return a->message[i].number;
	return NULL;
}

static void drop(struct awaited *a, int mr, int at)
{
	struct part *p = a->of[mr].part;

	a->of[mr].count--;
	memmove(&p[at], &p[at + 1], (size_t)(a->of[mr].count - at) * sizeof *p);
}

void awaited_part(struct awaited *a, int64_t id, int part, int mr, int64_t now_ms)
{
	const char *number = number_of(a, id);
	struct part *p;

	if (mr < 0 || mr >= REFERENCES)
		return;
	if (number == NULL) {
		a->of[mr].count = 0; /* the newest one is not known: the table is */
		return;
	}
	if (a->of[mr].count == AWAITED_EACH)
		drop(a, mr, 0);
	p = &a->of[mr].part[a->of[mr].count++];
	*p = (struct part){ .id = id, .part = part, .sent_ms = now_ms };
	memcpy(p->number, number, AWAITED_NUMBER);
}

bool awaited_take(struct awaited *a, int mr, const char *number,
	bool (*same)(const char *, const char *), int64_t since_ms, int64_t *id, int *part)
{
	if (mr < 0 || mr >= REFERENCES)
		return false;
	for (int i = a->of[mr].count; i-- > 0;) {
		const struct part *p = &a->of[mr].part[i];

		if (p->sent_ms < since_ms || !same(p->number, number))
			continue;
		*id = p->id;
		*part = p->part;
		drop(a, mr, i);
		return true;
	}
	return false;
}
