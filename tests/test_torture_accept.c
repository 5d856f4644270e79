/* The power fails under the real work of the desk: accept, repeat, claim, verdict, tick, restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "crashvfs.h"
#include "helper_store.h"
#include "helper_town.h"
#include "powercut.h"

#include "banned.h"

static const struct town town = { .villages = 6, .members = 3, .residents = 60 };
static struct settings set;
static struct desk *desk;
static struct outgoing in_hand; /* what the channel holds; a cut makes it forget */

/* -- the jobs, by their number ------------------------------------------------------------------ */

enum kind { NEW_CASE, REPEAT, DUPLICATE, CLAIM, VERDICT, TICK };

/* Seven of ten are pushes; messages are made faster than the one channel takes them. */
static enum kind kind_of(int64_t n)
{
	static const enum kind kinds[] = { NEW_CASE, NEW_CASE, REPEAT, CLAIM, NEW_CASE, DUPLICATE,
		VERDICT, NEW_CASE, CLAIM, VERDICT, TICK };

	return kinds[(size_t)n % (sizeof kinds / sizeof *kinds)];
}

static bool makes_a_warning(int64_t n)
{
	enum kind kind = kind_of(n);

	return kind == NEW_CASE || kind == REPEAT;
}

/* A repeat and a duplicate follow the new case that stands a few jobs before them. */
static int64_t original_of(int64_t n)
{
	while (kind_of(n) != NEW_CASE)
		n--;
	return n;
}

static void mark(struct store *s, int64_t n)
{
	db_run(s->db, "INSERT INTO torture (n, at) VALUES (?, ?)", DB_ARGS(DI(n), DI(s->now_ms)));
}

static bool is_marked(struct store *s, int64_t n)
{
	return db_number(s->db, "SELECT count(*) FROM torture WHERE n = ?", 0, DB_ARGS(DI(n))) == 1;
}

static void push(int64_t n, int64_t number)
{
	int64_t about = original_of(n);
	struct warning_record *r = town_warning(
		&town, number, about % 75, (int)about, n % 3 == 0 ? LEVEL_HIGH : LEVEL_CRITICAL);
	struct accept_result a;

	desk_accept(desk, "key:test", r, &a);
	record_free(r);
}

static void claim(void)
{
	struct outgoing m;

	/* As the pump: one message at a time. */
	if (in_hand.id == 0 && desk_claim(desk, "sim1", OUTGOING_SMS, &m))
		in_hand = m;
}

static void verdict(int64_t n)
{
	static int mr;
	enum send_verdict v = n % 5 == 0 ? SEND_UNSURE : n % 7 == 0 ? SEND_REFUSED : SEND_SENT;
	const struct send_result result = { .id = in_hand.id,
		.verdict = v,
		.class_ = SEND_PASSING,
		.parts = 1,
		.error = "test",
		.other_ref = "" };
	struct send_part part = { .id = in_hand.id, .parts = 1, .verdict = v };

	if (in_hand.id == 0)
		return;
	part.mr = mr = (mr + 1) % 256;
	desk_sent(desk, "sim1", &part, &result);
	if (v == SEND_SENT && n % 2 == 0)
		desk_report(desk, "sim1",
			&(struct report){ .mr = mr,
				.number = in_hand.to,
				.outcome = "delivered",
				.status = 0 });
	in_hand.id = 0;
}

static void run(struct store *s, int64_t n)
{
	switch (kind_of(n)) {
	case NEW_CASE:
	case REPEAT:
		push(n, n);
		break;
	case DUPLICATE:
		if (is_marked(s,
			    original_of(n))) /* else a cut took it, and this would be the first */
			push(n, original_of(n));
		break;
	case CLAIM:
		claim();
		break;
	case VERDICT:
		verdict(n);
		break;
	case TICK:
		desk_tick(desk);
		break;
	}
	mark(s, n);
}

static enum power_there there(struct store *s, int64_t n)
{
	bool marked = is_marked(s, n);
	int warning = makes_a_warning(n) ? town_warning_there(s, n)
		      : marked           ? POWER_WHOLE
					 : POWER_ABSENT;

	if (marked && warning == POWER_WHOLE)
		return POWER_WHOLE;
	return !marked && warning == POWER_ABSENT ? POWER_ABSENT : POWER_HALF;
}

/* -- starts ---------------------------------------------------------------------------------------- */

static void prepare(struct store *s)
{
	db_script(s->db, "CREATE TABLE torture (n BIGINT PRIMARY KEY, at BIGINT NOT NULL)");
	town_people(s, &town);
}

/* As daemon.c does it: before anything else what was on the air is settled. */
static void opened(struct store *s)
{
	desk = desk_open(s, &set);
	in_hand.id = 0;
	store_begin(s);
	store_job_begin(s, store_last_at(s) + 1);
	desk_recover(desk);
	store_job_end(s);
	store_commit(s);
}

static void closing(void)
{
	desk_close(desk);
	desk = NULL;
}

static const struct power_job job = { .prepare = prepare,
	.run = run,
	.there = there,
	.opened = opened,
	.closing = closing,
	.broken = town_broken_rule,
	.span = 60,
	.life = 12,
	.step_ms = 5000 };

static int setup(void **state)
{
	(void)state;
	clock_zone("Asia/Shanghai");
	clock_virtual(TEMP_NOW);
	town_settings(&set);
	set.unsure_wait_s = 60;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	town_settings_free(&set);
	clock_real();
	return 0;
}

/* Ten seconds, and in the long run ten times as many. */
#ifdef __SANITIZE_ADDRESS__
enum { CUTS = 500, CUTS_LONG = 5000 };
#else
enum { CUTS = 1000, CUTS_LONG = 10000 };
#endif

static bool is_long(void)
{
	const char *text = getenv("TORTURE");

	return text != NULL && strcmp(text, "long") == 0;
}

static void tell(const struct power_result *r, uint64_t seed)
{
	struct crash_count c = crash_counts();

	print_message("# TORTURE_SEED=%llu cuts %ld jobs acknowledged %ld lost %ld half %ld split "
		      "%ld corrupt %ld chain %ld opening %ld; waiting writes kept %ld torn %ld "
		      "dropped %ld\n",
		(unsigned long long)seed, r->cuts, r->acked, r->lost, r->half, r->split, r->corrupt,
		r->chain, r->opening, c.kept, c.torn, c.dropped);
}

static void no_acknowledged_warning_is_lost_and_none_is_half(void **state)
{
	uint64_t seed = power_seed();
	struct power_result r =
		power_torture(&job, power_cuts(is_long() ? CUTS_LONG : CUTS), seed, NULL);

	(void)state;
	tell(&r, seed);
	assert_string_equal(r.first, "");
	assert_int_equal(r.lost + r.half + r.split + r.corrupt + r.chain, 0);
	assert_true(r.acked > r.cuts);
}

/* Otherwise the one above would prove nothing. */
static void the_oracle_sees_a_store_that_syncs_too_little(void **state)
{
	struct power_result r = power_torture(&job, 40, 4711, "PRAGMA synchronous=NORMAL");

	(void)state;
	assert_true(r.lost > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_acknowledged_warning_is_lost_and_none_is_half),
		cmocka_unit_test(the_oracle_sees_a_store_that_syncs_too_little),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
