/* What a claim asks costs the same with an archive behind it: nothing reads the whole table of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "helper_store.h"
#include "message.h"

#include "banned.h"

enum { OLD = 200 };

/* Of the newest connection: the driver does not tell its handle. */
static sqlite3 *handle;

static int opened(sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
	(void)error;
	(void)api;
	handle = db;
	return SQLITE_OK;
}

static int64_t put(struct temp_store *t, const char *kind)
{
	struct message m = { .id = store_id(t->s),
		.member_id = 5,
		.purpose = "notice",
		.class_ = "normal",
		.state = MSG_QUEUED,
		.held_why = "",
		.kind = kind,
		.phone = "13800138000",
		.text = "1",
		.values = "",
		.expires_at = TEMP_NOW + 3600000 };

	message_add(t->s, &m);
	return m.id;
}

static void step(struct temp_store *t, int64_t id, enum message_event ev)
{
	struct message m;

	assert_true(message_get(t->s, id, &m));
	m.channel = "sim1";
	m.held_why = "later";
	m.held_until = TEMP_NOW + 1000;
	assert_true(message_event(t->s, &m, ev, NULL));
}

static void archive(struct temp_store *t)
{
	for (int i = 0; i < OLD; i++) {
		int64_t id = put(t, i % 2 == 0 ? "sms" : "call");

		step(t, id, MSG_EV_CLAIM);
		step(t, id, MSG_EV_ACCEPTED);
		if (i % 4 != 0)
			step(t, id, MSG_EV_REPORT_OK);
	}
}

/* Rows that the statements of this connection went through one by one, where they name that table. */
static int scanned(const char *table)
{
	int sum = 0;

	for (sqlite3_stmt *q = NULL; (q = sqlite3_next_stmt(handle, q)) != NULL;)
		if (strstr(sqlite3_sql(q), table) != NULL)
			sum += sqlite3_stmt_status(q, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0);
	return sum;
}

static void what_a_claim_asks_reads_no_archive(void **state)
{
	struct temp_store *t = *state;
	int64_t ids[8], held, unsure;
	struct message m;
	size_t n;

	temp_job(t, TEMP_NOW);
	archive(t);
	held = put(t, "sms");
	step(t, held, MSG_EV_HOLD);
	unsure = put(t, "sms");
	step(t, unsure, MSG_EV_CLAIM);
	step(t, unsure, MSG_EV_SILENCE);
	step(t, put(t, "sms"), MSG_EV_CLAIM);
	step(t, put(t, "call"), MSG_EV_CLAIM);
	put(t, "sms");
	assert_true(message_next(t->s, "sms", NULL, &m));
	assert_false(message_next(t->s, "call", NULL, &m));
	assert_false(message_urgent_next(t->s));
	assert_true(message_waits(t->s, "sms"));
	assert_true(message_calling(t->s, "sim1"));
	assert_int_equal(message_waiting_for(t->s, 5, 0, ids, 8), 2);
	assert_int_equal(ids[0], held);
	message_sending(t->s, &n);
	assert_int_equal(n, 2);
	assert_int_equal(message_held_next(t->s), TEMP_NOW + 1000);
	assert_int_equal(scanned(" message"), 0);
	assert_int_equal(temp_done(t), STORE_OK);
}

/* Or the one above would prove nothing. */
static void a_whole_reading_would_be_seen(void **state)
{
	struct temp_store *t = *state;

	temp_job(t, TEMP_NOW);
	archive(t);
	db_number(t->s->db, "SELECT count(*) FROM message WHERE state = 'queued'", 0, DB_NONE);
	assert_true(scanned(" message") >= OLD - 1);
	assert_int_equal(temp_done(t), STORE_OK);
}

int main(void)
{
#define EACH(f) cmocka_unit_test_setup_teardown(f, temp_store_setup, temp_store_teardown)
	const struct CMUnitTest tests[] = {
		EACH(what_a_claim_asks_reads_no_archive),
		EACH(a_whole_reading_would_be_seen),
	};

	sqlite3_auto_extension((void (*)(void))opened);
	return cmocka_run_group_tests_name("message_plan", tests, NULL, NULL);
}
