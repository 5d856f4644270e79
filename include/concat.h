/*
 * concat.h - parts of a long message back together (3GPP 23.040 9.2.3.24.1, 9.2.3.24.8).
 *
 * Pure. A set is what the store has of one message: concat_open() with any of its parts,
 * concat_add() for each, in any order; when it returns CONCAT_COMPLETE, or when the time for
 * waiting is over, concat_text() gives the whole (or what is there), and concat_close() frees.
 *
 * Two parts belong together when sender, reference, width of the reference and total are
 * equal (and, what the caller sees to, the card). A set is meant to hold the parts of one
 * message only: the store closes a set when it is complete, so that a reference may come
 * again. Joining is done in UTF-16 units, since a pair may be cut between two parts, and each
 * part may have an alphabet of its own.
 */
#ifndef QUANZU_CONCAT_H
#define QUANZU_CONCAT_H

#include "buf.h"
#include "pdu.h"

struct concat_key {
	char sender[PDU_NUMBER_SIZE];
	unsigned ref, ref_bits, parts;
};
/* False when the message stands alone. */
bool concat_key(const struct pdu *p, struct concat_key *out);
bool concat_same(const struct concat_key *a, const struct concat_key *b);

enum concat_rc {
	CONCAT_WAITING,  /* taken, more are missing */
	CONCAT_COMPLETE, /* taken, and it was the last one */
	CONCAT_REPEATED, /* this part is there already: dropped */
	CONCAT_FOREIGN   /* not of this set */
};

struct concat;

struct concat *concat_open(const struct concat_key *key); /* never NULL */
void concat_close(struct concat *c);                      /* NULL is allowed */
const struct concat_key *concat_of(const struct concat *c);
enum concat_rc concat_add(struct concat *c, const struct pdu *part);
/* Appends the text; a gap of missing parts becomes `gap` (may be ""), a half pair U+FFFD. */
void concat_text(const struct concat *c, const char *gap, struct buf *out);

#endif
