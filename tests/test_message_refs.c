/* References of parts: counted for each number, and reports found although references wrap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "helper_store.h"
#include "message.h"

#include "banned.h"

static void a_number_has_each_reference_once_in_256(void **state)
{
	struct temp_store *t = *state;
	bool seen[256] = { false };
	int other;

	temp_job(t, TEMP_NOW);
	other = message_concat_ref(t->s, "13800138002");
	for (int i = 0; i < 256; i++) {
		int ref = message_concat_ref(t->s, "13800138001");

		assert_in_range(ref, 0, 255);
		assert_false(seen[ref]);
		seen[ref] = true;
	}
	assert_int_equal(message_concat_ref(t->s, "13800138001"), 0); /* around */
	/* Another number has its own count; those of the first did not move it. */
	assert_int_equal(message_concat_ref(t->s, "13800138002"), (other + 1) % 256);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void the_count_outlives_a_restart(void **state)
{
	struct temp_store *t = *state;
	int ref;

	temp_job(t, TEMP_NOW);
	ref = message_concat_ref(t->s, "13800138001");
	assert_int_equal(temp_done(t), STORE_OK);
	temp_store_shut(t);
	temp_store_again(t);
	temp_job(t, TEMP_NOW);
	assert_int_equal(message_concat_ref(t->s, "13800138001"), (ref + 1) % 256);
	assert_int_equal(temp_done(t), STORE_OK);
}

static int64_t put(struct temp_store *t, const char *phone, int64_t at, int mr)
{
	struct message m = { .id = store_id(t->s),
		.purpose = "task",
		.class_ = "urgent",
		.state = MSG_QUEUED,
		.held_why = "",
		.kind = "sms",
		.phone = phone,
		.text = "1",
		.values = "",
		.expires_at = at + 3600000 };

	t->s->now_ms = at;
	message_add(t->s, &m);
	message_part_put(t->s, m.id, 0, "sent", "sim1", mr, "");
	return m.id;
}

/* A modem counts 0..255 and begins again: the newest part with that reference is meant. */
static void the_newest_part_of_a_wrapped_reference_comes_first(void **state)
{
	struct temp_store *t = *state;
	struct message_part found[4];
	int64_t old, fresh;

	temp_job(t, TEMP_NOW);
	old = put(t, "13800138001", TEMP_NOW, 7);
	for (int mr = 8; mr < 256 + 7; mr++)
		put(t, "13800138002", TEMP_NOW + mr, mr & 0xFF);
	fresh = put(t, "13800138003", TEMP_NOW + 1000, 7);
	assert_int_equal(message_part_find(t->s, "sim1", 7, found, 4), 2);
	assert_int_equal(found[0].message_id, fresh);
	assert_int_equal(found[1].message_id, old);
	assert_int_equal(
		message_part_find(t->s, "sim2", 7, found, 4), 0); /* each card counts alone */
	assert_int_equal(temp_done(t), STORE_OK);
}

static int64_t parts_in(struct temp_store *t, const char *state)
{
	return db_number(t->s->db, "SELECT count(*) FROM message_part WHERE state = ?", 0,
		DB_ARGS(DT(state)));
}

/* What is known by heart is made sure of: each of these is not that part, or no more. */
static void a_report_counts_for_the_open_part_that_it_names(void **state)
{
	struct temp_store *t = *state;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = put(t, "13800138001", TEMP_NOW, 7);
	assert_false(message_part_report(t->s, id, 0, "delivered", "sim1", 8, ""));
	assert_false(message_part_report(t->s, id, 0, "delivered", "sim2", 7, ""));
	assert_false(message_part_report(t->s, id, 1, "delivered", "sim1", 7, ""));
	assert_false(message_part_report(t->s, id + 1, 0, "delivered", "sim1", 7, ""));
	assert_int_equal(parts_in(t, "sent"), 1);
	assert_true(message_part_report(t->s, id, 0, "delivered", "sim1", 7, "status 00"));
	assert_int_equal(parts_in(t, "delivered"), 1);
	assert_false(message_part_report(t->s, id, 0, "failed", "sim1", 7, ""));
	assert_int_equal(parts_in(t, "delivered"), 1);
	assert_int_equal(temp_done(t), STORE_OK);
}

static void only_what_is_sent_is_delivered_unread(void **state)
{
	struct temp_store *t = *state;
	struct message m;
	int64_t id;

	temp_job(t, TEMP_NOW);
	id = put(t, "13800138001", TEMP_NOW, 7);
	assert_true(message_get(t->s, id, &m));
	m.channel = "sim1";
	assert_false(message_delivered(t->s, id, 0, "sim1")); /* queued */
	assert_true(message_event(t->s, &m, MSG_EV_CLAIM, NULL));
	assert_false(message_delivered(t->s, id, 0, "sim1")); /* under way */
	assert_true(message_event(t->s, &m, MSG_EV_ACCEPTED, NULL));
	assert_false(message_delivered(t->s, id, 0, "sim2"));
	assert_false(message_delivered(t->s, id, 5, "sim1"));
	assert_int_equal(temp_done(t), STORE_OK);
	temp_job(t, TEMP_NOW + 5000);
	assert_true(message_delivered(t->s, id, 0, "sim1"));
	assert_false(message_delivered(t->s, id, 0, "sim1"));
	assert_true(message_get(t->s, id, &m));
	assert_int_equal(m.state, MSG_DELIVERED);
	assert_int_equal(m.sent_at, TEMP_NOW);
	assert_int_equal(temp_done(t), STORE_OK);
	assert_int_equal(temp_number(t, "SELECT ended_at FROM message"), TEMP_NOW + 5000);
	assert_int_equal(
		temp_number(t, "SELECT count(*) FROM event WHERE kind = 'message.report_ok'"
			       " AND data LIKE '%\"from\":\"sent\",\"to\":\"delivered\"%'"),
		1);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		EACH(a_number_has_each_reference_once_in_256),
		EACH(the_count_outlives_a_restart),
		EACH(the_newest_part_of_a_wrapped_reference_comes_first),
		EACH(a_report_counts_for_the_open_part_that_it_names),
		EACH(only_what_is_sent_is_delivered_unread),
	};

	return cmocka_run_group_tests_name("message_refs", tests, NULL, NULL);
}
