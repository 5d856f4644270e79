/*
 * inbound.h - the inbox: one incoming SMS (or key), taken once by its fingerprint.
 */
#ifndef QUANZU_INBOUND_H
#define QUANZU_INBOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "life.h"
#include "store.h"

struct inbound {
	int64_t id;
	const char *channel, *kind, *phone, *text;
	int64_t written_at, received_at;
	enum inbound_state state;
	const char *next;    /* the grammar's word: echo, human, which ... */
	const char *reading; /* JSON of the items */
	bool raised;         /* something raising in it: top of the inbox */
	bool complete;       /* false: parts are missing */
	int64_t member_id, case_id, task_id;
};

/* False: this fingerprint is known, nothing was written. */
bool inbound_add(struct store *s, struct inbound *in, const uint8_t fingerprint[32]);
bool inbound_get(struct store *s, int64_t id, struct inbound *out);
/* Writes what the reading found, and its event. */
bool inbound_event(struct store *s, struct inbound *in, enum inbound_event ev, const char *actor);
void inbound_resolve(struct store *s, int64_t id, const char *actor, const char *note);
/* The sender's previous message: text and when; false none. */
bool inbound_before(
	struct store *s, const char *phone, int64_t before_id, const char **text, int64_t *at);
int inbound_count_since(struct store *s, const char *phone, int64_t since_ms);

/* -- parts of long messages: committed singly as they come ---------------------------------- */

struct inbound_part {
	int64_t id;
	int part, total;
	const uint16_t *units;
	size_t unit_count;
	int64_t written_at, received_at;
	int64_t inbound_id; /* the message it went into; 0 still waiting */
};

/* The row's id, 0 when it is known. `set` names sender, reference, width and total. */
int64_t inbound_part_add(struct store *s, const char *channel, const uint8_t fingerprint[32],
	const char *set, const char *phone, const struct inbound_part *p);
/* The newest part of each number, of the set of this row, within 24 h, that waits; in order, in the arena. */
struct inbound_part *inbound_part_set(
	struct store *s, int64_t part_id, const char **phone, const char **channel, size_t *count);
/* They are in that message now. */
void inbound_part_joined(struct store *s, int64_t part_id, int64_t inbound_id);

#endif
