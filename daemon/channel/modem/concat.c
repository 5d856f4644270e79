/* concat.c - parts of a long message back together. */
#include "concat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

struct piece {
	bool there;
	size_t n;
	uint16_t *units;
};

struct concat {
	struct concat_key key;
	unsigned have;
	struct piece piece[]; /* key.parts of them */
};

bool concat_key(const struct pdu *p, struct concat_key *out)
{
	if (p->ref_bits == 0 || p->parts < 2)
		return false;
	snprintf(out->sender, sizeof out->sender, "%s", p->address.number);
	out->ref = p->ref;
	out->ref_bits = p->ref_bits;
	out->parts = p->parts;
	return true;
}

bool concat_same(const struct concat_key *a, const struct concat_key *b)
{
	return a->ref == b->ref && a->ref_bits == b->ref_bits && a->parts == b->parts &&
	       strcmp(a->sender, b->sender) == 0;
}

struct concat *concat_open(const struct concat_key *key)
{
	struct concat *c = calloc(1, sizeof *c + key->parts * sizeof c->piece[0]);

	if (c == NULL)
		abort();
	c->key = *key;
	return c;
}

void concat_close(struct concat *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->key.parts; i++)
		free(c->piece[i].units);
	free(c);
}

const struct concat_key *concat_of(const struct concat *c)
{
	return &c->key;
}

enum concat_rc concat_add(struct concat *c, const struct pdu *part)
{
	struct concat_key key;
	struct piece *at;

	if (!concat_key(part, &key) || !concat_same(&key, &c->key))
		return CONCAT_FOREIGN;
	at = &c->piece[part->part - 1];
	if (at->there)
		return CONCAT_REPEATED;
	at->units = malloc((part->unit_count + 1) * sizeof *at->units);
	if (at->units == NULL)
		abort();
	memcpy(at->units, part->units, part->unit_count * sizeof *at->units);
	at->n = part->unit_count;
	at->there = true;
	return ++c->have == c->key.parts ? CONCAT_COMPLETE : CONCAT_WAITING;
}

void concat_text(const struct concat *c, const char *gap, struct buf *out)
{
	uint16_t *units = NULL;
	size_t n = 0;

	/* One run of parts without a hole is converted at once, so that no pair is cut. */
	for (unsigned i = 0; i <= c->key.parts; i++) {
		const struct piece *at = i < c->key.parts ? &c->piece[i] : NULL;

		if (at != NULL && at->there) {
			units = realloc(units, (n + at->n + 1) * sizeof *units);
			if (units == NULL)
				abort();
			memcpy(units + n, at->units, at->n * sizeof *units);
			n += at->n;
			continue;
		}
		pdu_text(units, n, out);
		n = 0;
		if (at != NULL && (i == 0 || c->piece[i - 1].there))
			buf_adds(out, gap);
	}
	free(units);
}
