#include "breaker.h"

#include "banned.h"

enum { FULL = 6 };

static const int points[BREAKER_WORDS] = {
	[BREAKER_PASSING] = 1, [BREAKER_SILENCE] = 2, [BREAKER_DEVICE] = 2, [BREAKER_CANNOT] = 3
};

enum breaker_state breaker_state(const struct breaker *b, int64_t now_ms)
{
	if (b->stopped)
		return BREAKER_STOPPED;
	if (b->open_until_ms == 0)
		return BREAKER_CLOSED;
	return now_ms < b->open_until_ms ? BREAKER_OPEN : BREAKER_TRYING;
}

static int64_t wait_ms(int opened)
{
	int64_t wait = BREAKER_WAIT_MS;

	while (opened-- > 1 && wait < BREAKER_WAIT_MAX_MS)
		wait *= 2;
	return wait < BREAKER_WAIT_MAX_MS ? wait : BREAKER_WAIT_MAX_MS;
}

bool breaker_same(const struct breaker *a, const struct breaker *b)
{
	return a->points == b->points && a->opened == b->opened &&
	       a->open_until_ms == b->open_until_ms && a->stopped == b->stopped;
}

static enum breaker_step fails(struct breaker *b, enum breaker_word word, int64_t now_ms)
{
	enum breaker_state state = breaker_state(b, now_ms);

	b->points += points[word];
	/* What was on its way when it opened says nothing new. */
	if (state == BREAKER_OPEN || (state == BREAKER_CLOSED && b->points < FULL))
		return BREAKER_STAYS;
	b->opened++;
	b->open_until_ms = now_ms + wait_ms(b->opened);
	return BREAKER_OPENS;
}

enum breaker_step breaker_resume(struct breaker *b)
{
	bool was = b->stopped || b->open_until_ms != 0;

	*b = (struct breaker){ .points = 0 };
	return was ? BREAKER_CLOSES : BREAKER_STAYS;
}

enum breaker_step breaker_take(struct breaker *b, enum breaker_word word, int64_t now_ms)
{
	if (b->stopped || word == BREAKER_NOTHING)
		return BREAKER_STAYS;
	if (word == BREAKER_STOP) {
		*b = (struct breaker){ .stopped = true };
		return BREAKER_STOPS;
	}
	return word == BREAKER_WELL ? breaker_resume(b) : fails(b, word, now_ms);
}

const char *breaker_code(enum breaker_state s)
{
	static const char *const codes[] = { [BREAKER_CLOSED] = "closed",
		[BREAKER_OPEN] = "open",
		[BREAKER_TRYING] = "trying",
		[BREAKER_STOPPED] = "stopped" };

	return codes[s];
}
