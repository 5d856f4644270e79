/*
 * ids.h - keys: time-ordered integers of at most 53 bits, unique over several nodes.
 *
 * 32 bits of seconds, 4 bits of node, 17 bits of sequence. More than 131,072 in one
 * second borrow from the next; a clock that goes back repeats nothing, the sequence
 * goes on from the last id. At start the owner tells the largest id that the store holds.
 */
#ifndef QUANZU_IDS_H
#define QUANZU_IDS_H

#include <stdint.h>

enum { IDS_NODES = 16 };

struct ids {
	int64_t last;
	int node; /* 0 .. 15 */
};

int64_t ids_next(struct ids *ids, int64_t now_ms);
/* No id that is made at that time or later is less than this, however the clock goes. */
int64_t ids_from(int64_t ms);
/* From now on no id of that second or before is made: after a start, the second of the last record. */
void ids_after(struct ids *ids, int64_t ms);

#endif
