/*
 * The care of a card on a virtual clock. A row is a story in words:
 *
 *   sent[=TO] refused=CODE[@TO] unsure notsent     what became of a part
 *   arrived failed waiting                         the report of the newest part without one
 *   text=FROM:TEXT                                 something came in
 *   +90s +10min +24h                               time passes, minute by minute
 *   due=loop due=credit due=nothing                what is to be done now
 *   loop came report late refusedloop notsentloop  steps of a loop test
 *   credit=FEN unread                              an answer about the credit
 *   suspect[=WHY] well                             what is thought of the card
 *   on=ALARM off=ALARM                             the next alarm; quiet: none is left
 *   restart card=ICCID trust single weak busy      circumstances
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "care.h"
#include "json.h"
#include "clock.h"

#include "banned.h"

enum { ALARMS = 40 };

struct story {
	struct care care;
	struct care_config config;
	struct care_facts facts;
	int64_t now;
	int mr, changes;
	char alarms[ALARMS][24];
	size_t from, to;
	const char *word;
};

static void on_alarm(void *arg, enum care_alarm a, const char *text, bool on)
{
	struct story *s = arg;

	assert_true(s->to < ALARMS);
	assert_true(!on || strlen(text) > 10);
	snprintf(s->alarms[s->to++], 24, "%s=%s", on ? "on" : "off", care_alarm_code(a));
}

static void on_changed(void *arg)
{
	((struct story *)arg)->changes++;
}

static void begin(struct story *s, const char *memory)
{
	const struct care_events ev = { on_alarm, on_changed, s };

	care_init(&s->care, &s->config, &ev);
	care_recall(&s->care, s->now, memory);
	care_card(&s->care, s->now, "89860000000000013800");
}

static void restart(struct story *s)
{
	/* A loop test that was running is lost; the day may be another one. */
	static const char *const changing[] = { "loop", "day", "day_sent", "day_received" };
	json_t *memory = care_memory(&s->care), *again;
	char *text = json_dumps(memory, JSON_COMPACT);

	assert_true(strlen(text) < 2000);
	begin(s, text);
	again = care_memory(&s->care);
	for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
		json_object_del(memory, changing[i]);
		json_object_del(again, changing[i]);
	}
	assert_true(json_equal(memory, again));
	json_decref(memory);
	json_decref(again);
	free(text);
}

static void pass(struct story *s, const char *span)
{
	char *unit;
	long n = strtol(span, &unit, 10);
	int64_t ms = n * (*unit == 's' ? 1000 : *unit == 'm' ? 60000 : 3600000);

	for (; ms > 0; ms -= 60000) {
		s->now += ms < 60000 ? ms : 60000;
		care_tick(&s->care, s->now, &s->facts);
	}
}

static void part(struct story *s, enum verdict v, int code, const char *to)
{
	bool card = code == 8 || code == 21;

	care_part(&s->care, s->now, &s->facts, to, v,
		v != VERDICT_REFUSED ? ATCODE_NONE
		: card               ? ATCODE_CARD
				     : ATCODE_PASSING,
		code, v == VERDICT_SENT ? s->mr++ & 0xFF : -1);
}

static const char *value(const char *w, const char *key)
{
	size_t n = strlen(key);

	return strncmp(w, key, n) == 0 && (w[n] == '=' || w[n] == '\0') ? w + n + (w[n] == '=')
									: NULL;
}

static bool traffic(struct story *s, const char *w)
{
	static const char *const plain[] = { "unsure", "notsent" };
	const char *v;
	char to[24] = "13800138001", from[24];

	if ((v = value(w, "sent")) != NULL) {
		part(s, VERDICT_SENT, -1, *v != '\0' ? v : to);
	} else if ((v = value(w, "refused")) != NULL) {
		const char *at = strchr(v, '@');

		part(s, VERDICT_REFUSED, (int)strtol(v, NULL, 10), at == NULL ? to : at + 1);
	} else if ((v = value(w, "text")) != NULL) {
		snprintf(from, sizeof from, "%.*s", (int)strcspn(v, ":"), v);
		care_received(&s->care, s->now, from, strchr(v, ':') + 1);
	} else if (strcmp(w, plain[0]) == 0) {
		part(s, VERDICT_UNSURE, -1, to);
	} else if (strcmp(w, plain[1]) == 0) {
		part(s, VERDICT_NOT_SENT, -1, to);
	} else if (strcmp(w, "arrived") == 0) {
		care_report(&s->care, s->now, s->mr - 1, 0x00);
	} else if (strcmp(w, "failed") == 0) {
		care_report(&s->care, s->now, s->mr - 1, 0x46);
	} else if (strcmp(w, "waiting") == 0) {
		care_report(&s->care, s->now, s->mr - 1, 0x22);
	} else {
		return false;
	}
	return true;
}

static bool test_steps(struct story *s, const char *w)
{
	const char *v;

	if (strcmp(w, "loop") == 0) {
		assert_true(care_loop_begin(&s->care, s->now, "QZ7KD3MW"));
		assert_false(care_loop_begin(&s->care, s->now, "OTHER"));
		care_loop_sent(&s->care, s->now, VERDICT_SENT, 77);
	} else if (strcmp(w, "refusedloop") == 0 || strcmp(w, "notsentloop") == 0) {
		assert_true(care_loop_begin(&s->care, s->now, "QZ7KD3MW"));
		care_loop_sent(
			&s->care, s->now, w[0] == 'r' ? VERDICT_REFUSED : VERDICT_NOT_SENT, -1);
	} else if (strcmp(w, "came") == 0) {
		assert_true(care_loop_is(&s->care, "网关自检QZ7KD3MW"));
		care_loop_came(&s->care, s->now);
	} else if (strcmp(w, "report") == 0) {
		assert_false(care_loop_report(&s->care, s->now, 76, 0));
		assert_true(care_loop_report(&s->care, s->now, 77, 0));
	} else if ((v = value(w, "credit")) != NULL && *v != '\0') {
		care_credit_asked(&s->care, s->now);
		care_credit(&s->care, s->now, "", true, strtoll(v, NULL, 10));
	} else if (strcmp(w, "unread") == 0) {
		care_credit_asked(&s->care, s->now);
		care_credit(&s->care, s->now, "尊敬的客户", false, 0);
	} else {
		return false;
	}
	return true;
}

static bool checks(struct story *s, const char *w)
{
	static const char *const dues[] = { "nothing", "loop", "credit" };
	const char *v;

	if ((v = value(w, "due")) != NULL) {
		assert_string_equal(dues[care_due(&s->care, s->now, &s->facts)], v);
	} else if ((v = value(w, "suspect")) != NULL) {
		assert_true(care_is_suspect(&s->care, s->now));
		if (*v != '\0')
			assert_string_equal(s->care.why, v);
	} else if (strcmp(w, "trial") == 0) {
		assert_true(s->care.suspect && !care_is_suspect(&s->care, s->now));
	} else if (strcmp(w, "well") == 0) {
		assert_false(s->care.suspect);
		assert_false(care_is_suspect(&s->care, s->now));
	} else if (value(w, "on") != NULL || value(w, "off") != NULL) {
		assert_true(s->from < s->to);
		assert_string_equal(s->alarms[s->from++], w);
	} else if (strcmp(w, "quiet") == 0) {
		assert_int_equal(s->from, s->to);
	} else {
		return false;
	}
	return true;
}

static void circumstances(struct story *s, const char *w)
{
	const char *v;

	if (w[0] == '+')
		pass(s, w + 1);
	else if (strcmp(w, "restart") == 0)
		restart(s);
	else if ((v = value(w, "card")) != NULL)
		care_card(&s->care, s->now, v);
	else if (strcmp(w, "trust") == 0)
		care_trust(&s->care, s->now);
	else if (strcmp(w, "single") == 0)
		s->facts.other_works = false;
	else if (strcmp(w, "weak") == 0)
		s->facts.bad_signal = true;
	else if (strcmp(w, "strong") == 0)
		s->facts.bad_signal = false;
	else if (strcmp(w, "busy") == 0)
		s->facts.idle = false;
	else if (strcmp(w, "idle") == 0)
		s->facts.idle = true;
	else
		fail_msg("no such word: %s", w);
}

#define SENT5 "sent=1 arrived sent=2 arrived sent=3 arrived sent=4 arrived sent=5 arrived "
#define MUTE10 "sent=1 sent=2 sent=3 sent=1 sent=2 sent=3 sent=1 sent=2 sent=3 sent=1 "
#define SUSPECT "refused=8@1 refused=8@2 refused=8@3 suspect=refused on=suspect "

static const struct row {
	const char *name, *story;
	bool loop, credit;
	int loop_min;
} rows[] = {
	/* refusals */
	{ "three refusals of the card to three people", SUSPECT "quiet", false, false, 0 },
	{ "three refusals to one person say nothing", "refused=8@1 refused=8@1 refused=8@1 well",
		false, false, 0 },
	{ "one that goes out between them", "refused=8@1 refused=8@2 sent refused=8@3 well", false,
		false, 0 },
	{ "a passing refusal between them", "refused=8@1 refused=8@2 refused=42 refused=8@3 well",
		false, false, 0 },
	{ "refusals under a weak signal say nothing",
		"weak refused=8@1 refused=8@2 refused=8@3 well strong", false, false, 0 },
	{ "five rejected in a row while another card works",
		"refused=38 refused=500 refused=513 refused=38 well refused=38 suspect=rejected",
		false, false, 0 },
	{ "five rejected with no other card to compare",
		"single refused=38 refused=38 refused=38 refused=38 refused=38 refused=38 well",
		false, false, 0 },
	{ "silence and what never left are no refusals",
		"refused=8@1 unsure notsent refused=8@2 refused=8@3 suspect=refused", false, false,
		0 },
	/* accepted, not delivered */
	{ "reports used to come and ten parts have none",
		SENT5 MUTE10 "well +9min well +2min "
			     "suspect=undelivered on=suspect",
		false, false, 0 },
	{ "the network says of ten that they failed",
		SENT5 "sent=1 failed sent=2 failed sent=3 failed sent=4 failed sent=5 failed "
		      "sent=6 failed "
		      "sent=7 failed sent=8 failed sent=9 failed sent=10 failed +1min "
		      "suspect=undelivered",
		false, false, 0 },
	{ "one of ten arrived", SENT5 MUTE10 "arrived +20min well", false, false, 0 },
	{ "one is still on its way", SENT5 MUTE10 "+9min sent=4 +2min well +9min suspect", false,
		false, 0 },
	{ "ten to a single phone that is off",
		SENT5
		"sent=1 sent=1 sent=1 sent=1 sent=1 sent=1 sent=1 sent=1 sent=1 sent=1 +30min well",
		false, false, 0 },
	{ "a network that never reports", MUTE10 MUTE10 "+30min well", false, false, 0 },
	{ "waiting reports are none",
		SENT5 "sent=1 waiting sent=2 waiting sent=3 waiting sent=4 waiting "
		      "sent=5 waiting sent=6 waiting sent=7 waiting sent=8 waiting sent=9 waiting "
		      "sent=1 waiting "
		      "+11min suspect=undelivered",
		false, false, 0 },
	/* notices */
	{ "the operator writes that sending is stopped",
		"text=10086:您的号码因涉嫌违规已被暂停短信功能 "
		"suspect=notice on=suspect",
		false, false, 0 },
	{ "the same words of a stranger", "text=13800138009:您的号码因违规已被暂停短信功能 well",
		false, false, 0 },
	{ "the operator asks for money", "text=10086:您的余额不足,请及时充值 well", false, false,
		0 },
	/* trials */
	{ "without a loop number every half hour one message, three good ones lift it",
		SUSPECT
		"+29min suspect +1min trial sent suspect +30min trial sent suspect +31min trial "
		"sent well off=suspect quiet",
		false, false, 0 },
	{ "an urgent one between the trials does not count",
		SUSPECT "sent sent sent suspect +30min trial", false, false, 0 },
	{ "a bad trial begins the count anew",
		SUSPECT
		"+30min sent +30min sent +30min refused=8 suspect +30min sent +30min sent suspect "
		"+30min sent well",
		false, false, 0 },
	{ "with a loop number the loop test is the trial",
		SUSPECT
		"due=nothing +30min suspect due=loop loop came +30min due=loop loop came suspect "
		"+30min due=loop loop came well off=suspect",
		true, false, 0 },
	{ "a person lifts it", SUSPECT "trust well off=suspect", false, false, 0 },
	{ "a restart does not", SUSPECT "restart suspect=refused quiet +30min trial", false, false,
		0 },
	{ "another card begins from nothing", SUSPECT "card=89860000000000013899 well off=suspect",
		false, false, 0 },
	{ "the same card again does not", SUSPECT "card=89860000000000013800 suspect quiet", false,
		false, 0 },
	/* the loop test */
	{ "daily, and not while messages wait",
		"busy due=nothing idle due=loop loop came due=nothing "
		"+23h due=nothing +1h due=loop",
		true, false, 1440 },
	{ "not by itself when it is off", "due=nothing +48h due=nothing", true, false, 0 },
	{ "received before it was settled", "loop came quiet well", true, false, 1440 },
	{ "reports come in this network: it waits for the report",
		SENT5 "loop came report quiet well +11min quiet", true, false, 1440 },
	{ "received without a report though they come", SENT5 "loop came +11min on=loop well", true,
		false, 1440 },
	{ "it does not come in: alarm and suspicion",
		"loop +9min quiet +1min on=loop on=suspect suspect=loop", true, false, 1440 },
	{ "it is refused", "refusedloop on=loop on=suspect suspect=loop", true, false, 1440 },
	{ "the modem was in the way: again in ten minutes, nothing is said",
		"notsentloop quiet well due=nothing +10min due=loop", true, false, 1440 },
	{ "a good one ends the alarm",
		"refusedloop on=loop on=suspect +30min loop came off=loop suspect", true, false,
		1440 },
	{ "nothing came in for a day on a card that gets texts",
		"text=13800138001:1 text=13800138001:1 text=13800138001:1 text=13800138001:1 "
		"text=13800138001:1 text=13800138001:1 loop came +25h due=loop",
		true, false, 10080 },
	{ "nothing ever comes in: no reason for a test", "loop came +25h due=nothing", true, false,
		10080 },
	{ "a restart keeps when it was", "loop came restart due=nothing +24h due=loop", true, false,
		1440 },
	/* credit */
	{ "once a day, when idle",
		"busy due=nothing idle due=credit credit=5000 due=nothing +23h "
		"due=nothing restart due=nothing +1h due=credit",
		false, true, 0 },
	{ "low credit",
		"credit=999 on=credit_low credit=500 on=credit_low credit=1000 off=credit_low "
		"quiet",
		false, true, 0 },
	{ "unreadable: no alarm, the text is kept", "unread quiet restart", false, true, 0 },
	{ "debts", "credit=-320 on=credit_low", false, true, 0 },
	{ "a notice inside the answer that we asked for is no notice",
		"unread text=10086:因违规已暂停短信 well +11min text=10086:因违规已暂停短信 "
		"suspect=notice",
		false, true, 0 },
};

static void tells(void **state)
{
	const struct row *row = *state;
	static struct story s;
	char text[3000], *rest = text, *w;

	memset(&s, 0, sizeof s);
	s.now = INT64_C(1773037508000);
	s.config = (struct care_config){ .loop = row->loop,
		.loop_min = row->loop_min,
		.credit = row->credit,
		.reports = true,
		.low_fen = 1000 };
	s.facts = (struct care_facts){ .ready = true, .idle = true, .other_works = true };
	begin(&s, NULL);
	snprintf(text, sizeof text, "%s", row->story);
	while ((w = strsep(&rest, " ")) != NULL) {
		s.word = w;
		if (*w == '\0' || traffic(&s, w) || test_steps(&s, w) || checks(&s, w))
			continue;
		circumstances(&s, w);
	}
}

static void the_day_begins_its_counts_anew(void **state)
{
	static struct story s;

	(void)state;
	memset(&s, 0, sizeof s);
	s.now = INT64_C(1773037508000);
	begin(&s, NULL);
	part(&s, VERDICT_SENT, -1, "1");
	care_received(&s.care, s.now, "13800138001", "1");
	assert_int_equal(s.care.day_sent, 1);
	assert_int_equal(s.care.day_received, 1);
	s.now += 24 * 3600000;
	care_received(&s.care, s.now, "13800138001", "1");
	assert_int_equal(s.care.day_sent, 0);
	assert_int_equal(s.care.day_received, 1);
}

/* An operator's answer is as long as he likes: what is kept of it ends with a whole character. */
static void a_long_answer_is_kept_as_far_as_it_fits(void **state)
{
	static struct story s;
	char text[1000] = "a";
	json_t *memory;

	(void)state;
	memset(&s, 0, sizeof s);
	s.now = INT64_C(1773037508000);
	begin(&s, "");
	while (strlen(text) + 3 < sizeof text)
		memcpy(text + strlen(text), "余", 4);
	care_credit(&s.care, s.now, text, false, 0);
	memory = care_memory(&s.care);
	assert_int_equal(strlen(json_str(memory, "credit_text")), 397);
	json_decref(memory);
}

static void a_broken_memory_is_none(void **state)
{
	static const char *const memories[] = { "", "{", "[]", "{\"v\":2,\"suspect\":true}",
		"null" };
	static struct story s;

	(void)state;
	memset(&s, 0, sizeof s);
	s.now = INT64_C(1773037508000);
	for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
		begin(&s, memories[i]);
		assert_false(s.care.suspect);
		assert_true(s.care.recalled);
	}
}

static void nothing_is_due_before_the_memory_has_come(void **state)
{
	static struct story s;
	const struct care_events ev = { on_alarm, on_changed, &s };
	const struct care_facts f = { .ready = true, .idle = true };

	(void)state;
	memset(&s, 0, sizeof s);
	s.config = (struct care_config){ .loop = true, .loop_min = 60, .credit = true };
	care_init(&s.care, &s.config, &ev);
	assert_int_equal(care_due(&s.care, 1773037508000, &f), CARE_NOTHING);
	care_recall(&s.care, 1773037508000, NULL);
	assert_int_equal(care_due(&s.care, 1773037508000, &f), CARE_DO_LOOP);
}

int main(void)
{
	enum { ROWS = sizeof rows / sizeof *rows };
	static const struct CMUnitTest more[] = {
		cmocka_unit_test(the_day_begins_its_counts_anew),
		cmocka_unit_test(a_long_answer_is_kept_as_far_as_it_fits),
		cmocka_unit_test(a_broken_memory_is_none),
		cmocka_unit_test(nothing_is_due_before_the_memory_has_come),
	};
	enum { MORE = sizeof more / sizeof *more };
	static struct CMUnitTest tests[ROWS + MORE];

	clock_zone("Asia/Shanghai");
	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].name, .test_func = tells, .initial_state = (void *)&rows[i]
		};
	for (size_t i = 0; i < MORE; i++)
		tests[ROWS + i] = more[i];
	return _cmocka_run_group_tests("care", tests, ROWS + MORE, NULL, NULL);
}
