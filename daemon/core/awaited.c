#include "awaited.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

enum { REFERENCES = 256 };

struct part {
	struct awaited_part is;
	int64_t sent_ms;
	char number[AWAITED_NUMBER];
};

struct awaited {
	struct { /* oldest first */
		int count;
		struct part part[AWAITED_EACH];
	} of[REFERENCES];
	struct message_to {
		int64_t id, case_id;
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

void awaited_message(struct awaited *a, int64_t id, int64_t case_id, const char *number)
{
	struct message_to *m = &a->message[a->next++ % AWAITED_MESSAGES];

	m->id = id;
	m->case_id = case_id;
	snprintf(m->number, AWAITED_NUMBER, "%s", number);
}

static const struct message_to *message_of(const struct awaited *a, int64_t id)
{
	for (int i = 0; i < AWAITED_MESSAGES; i++)
		if (a->message[i].id == id)
			return &a->message[i];
	return NULL;
}

static void drop(struct awaited *a, int mr, int at)
{
	struct part *p = a->of[mr].part;

	a->of[mr].count--;
	memmove(&p[at], &p[at + 1], (size_t)(a->of[mr].count - at) * sizeof *p);
}

void awaited_sent(struct awaited *a, const struct awaited_part *sent, int mr, int64_t now_ms)
{
	const struct message_to *m = message_of(a, sent->id);
	struct part *p;

	if (mr < 0 || mr >= REFERENCES)
		return;
	if (m == NULL) {
		a->of[mr].count = 0; /* the newest one is not known: the table is */
		return;
	}
	if (a->of[mr].count == AWAITED_EACH)
		drop(a, mr, 0);
	p = &a->of[mr].part[a->of[mr].count++];
	*p = (struct part){ .is = *sent, .sent_ms = now_ms };
	p->is.case_id = m->case_id;
	memcpy(p->number, m->number, AWAITED_NUMBER);
}

bool awaited_take(struct awaited *a, int mr, const char *number,
	bool (*same)(const char *, const char *), int64_t since_ms, struct awaited_part *out)
{
	if (mr < 0 || mr >= REFERENCES)
		return false;
	for (int i = a->of[mr].count; i-- > 0;) {
		const struct part *p = &a->of[mr].part[i];

		if (p->sent_ms < since_ms || !same(p->number, number))
			continue;
		*out = p->is;
		drop(a, mr, i);
		return true;
	}
	return false;
}
