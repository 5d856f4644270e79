/* verdict.c - what became of one part. */
#include "verdict.h"

#include "banned.h"

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = { "sent", "not-sent", "unsure", "refused" };

	return names[v];
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

struct verdict_of verdict_of_final(bool written, const struct at_event *final)
{
	struct verdict_of v = { VERDICT_REFUSED, ATCODE_PASSING, final->code };

	if (final->result == AT_OK) {
		v.verdict = written ? VERDICT_SENT : VERDICT_NOT_SENT;
		v.class = written ? ATCODE_SENT : ATCODE_MODEM;
		return v;
	}
	if (final->result == AT_CMS)
		v.class = atcode_cms(final->code);
	else if (final->result == AT_CME)
		v.class = atcode_cme(final->code);
	else if (final->result == AT_NOT_SUPPORTED)
		v.class = ATCODE_MODEM;
	if (!written)
		v.verdict = VERDICT_NOT_SENT;
	else if (v.class == ATCODE_UNSURE)
		v.verdict = VERDICT_UNSURE;
	else if (v.class == ATCODE_SENT)
		v.verdict = VERDICT_SENT;
	return v;
}

struct verdict_of verdict_of_loss(bool written)
{
	if (written)
		return (struct verdict_of){ VERDICT_UNSURE, ATCODE_UNSURE, AT_NONE };
	return (struct verdict_of){ VERDICT_NOT_SENT, ATCODE_MODEM, AT_NONE };
}
