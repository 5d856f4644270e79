/*
 * carrier.h - what is known of the mainland operators: their numbers, how to ask for the credit
 * of a card, how their answers read, and their notices that a card is in trouble.
 *
 * Tables; pure. The query words differ by province and change: they are proposals for the
 * handbook, the configuration decides. Nothing an operator writes is ever answered or obeyed.
 */
#ifndef QUANZU_CARRIER_H
#define QUANZU_CARRIER_H

#include <stdbool.h>
#include <stdint.h>

struct carrier {
	const char *name;    /* 移动, 联通, 电信, 广电 */
	const char *plmns;   /* first five digits of the IMSI, space separated */
	const char *numbers; /* that its notices come from, space separated */
	const char *pattern; /* of the amount in its answers, POSIX extended */
};

const struct carrier *carrier_of_imsi(const char *imsi); /* NULL: unknown */
const struct carrier *carrier_named(const char *name);   /* NULL: no such */
bool carrier_is_operator(const char *number);            /* 10086, +8610086, 1008611 ... */

enum carrier_notice {
	CARRIER_OTHER,  /* advertising, greetings */
	CARRIER_NOTICE, /* money, papers: people must look */
	CARRIER_BARRED  /* sending is stopped or limited: this card is doubtful */
};
enum carrier_notice carrier_notice(const char *text);

/* Plain Chinese why it cannot be used, or NULL. It must have one group: the amount in yuan. */
const char *carrier_pattern_check(const char *pattern);
/* The amount in a text. `pattern` "" : that of `of`, or (NULL) of every operator in turn. */
bool carrier_credit(const char *text, const char *pattern, const struct carrier *of, int64_t *fen);

#endif
