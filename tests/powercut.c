#include "powercut.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "crashvfs.h"
#include "helper_store.h"

#include "banned.h"

enum { LIFE = 40, BATCH = 4, SPAN = 24, FIRST_SPAN = 20, JOBS_MAX = 20000 };
static const char url[] = "sqlite:file:power.db?vfs=gather-crash";

/* The oracle's books of one database's life. */
struct books {
	int64_t last;       /* number of the last job that was tried */
	int64_t first_open; /* of the batch under way at the cut; last is its end */
	bool acked[JOBS_MAX];
};

struct torture {
	const struct power_job *job;
	const char *pragma;
	struct temp_store files; /* for its key file */
	struct books books;
	struct power_result out;
};

int power_cuts(int otherwise)
{
	const char *text = getenv("TORTURE_CUTS");

	return text == NULL ? otherwise : (int)strtol(text, NULL, 10);
}

uint64_t power_seed(void)
{
	const char *text = getenv("TORTURE_SEED");
	uint64_t seed = 0;

	if (text != NULL)
		return strtoull(text, NULL, 10);
	if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
		abort();
	return seed % 1000000000;
}

__attribute__((format(printf, 3, 4))) static void wrong(
	struct torture *t, long *count, const char *fmt, ...)
{
	char text[120];
	va_list ap;

	(*count)++;
	if (t->out.first[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	snprintf(t->out.first, sizeof t->out.first, "cut %ld: %s", t->out.cuts, text);
}

static int or_else(int value, int otherwise)
{
	return value != 0 ? value : otherwise;
}

static struct store *opened(struct torture *t, const char *pragma)
{
	struct store *s = NULL;
	char why[256];

	if (store_open(&s, url, t->files.key, 0, why, sizeof why) != STORE_OK) {
		store_close(s);
		return NULL;
	}
	if (pragma != NULL)
		db_script(s->db, pragma);
	return s;
}

/* The making of the tables is cut too: what is left must open. */
static void cut_the_first_start(struct torture *t)
{
	struct store *s;

	crash_cut_at(1 + (int)crash_dice(FIRST_SPAN));
	s = opened(t, NULL);
	t->out.opening += crash_is_dead();
	store_close(s);
	crash_power_on();
}

static void begin_life(struct torture *t)
{
	struct store *s;

	crash_format();
	t->books = (struct books){ .last = 0 };
	cut_the_first_start(t);
	s = opened(t, NULL);
	if (s == NULL)
		abort();
	store_begin(s);
	store_job_begin(s, TEMP_NOW);
	t->job->prepare(s);
	if (store_job_end(s) != STORE_OK || store_commit(s) != STORE_OK)
		abort();
	store_close(s);
}

/* Batches until the power fails. */
static void work(struct torture *t, struct store *s)
{
	struct books *b = &t->books;

	while (!crash_is_dead() && b->last < JOBS_MAX - BATCH) {
		int64_t n = 1 + (int64_t)crash_dice(BATCH);

		b->first_open = b->last + 1;
		if (crash_dice(2) == 0)
			store_begin(s);
		else
			store_begin_bold(s);
		for (int64_t i = 0; i < n && !store_lost(s); i++) {
			store_job_begin(s, TEMP_NOW + b->last * or_else(t->job->step_ms, 1));
			t->job->run(s, ++b->last);
			store_job_end(s);
		}
		if (store_commit(s) != STORE_OK)
			return;
		for (int64_t k = b->first_open; k <= b->last; k++)
			b->acked[k] = true;
		t->out.acked += (long)(b->last - b->first_open + 1);
		b->first_open = b->last + 1;
	}
}

static bool live_until_the_cut(struct torture *t)
{
	struct store *s;

	t->books.first_open = t->books.last + 1;
	crash_cut_at(1 + (int)crash_dice((uint64_t)or_else(t->job->span, SPAN)));
	s = opened(t, t->pragma);
	if (s != NULL && t->job->opened != NULL)
		t->job->opened(s);
	if (s != NULL)
		work(t, s);
	if (s != NULL && t->job->closing != NULL)
		t->job->closing();
	store_close(s);
	crash_power_on();
	return s != NULL;
}

static bool engine_is_content(struct store *s)
{
	struct db_stmt *q = db_query(s->db, "PRAGMA integrity_check", DB_NONE);
	bool ok = db_next(q) && strcmp(db_text(q, 0), "ok") == 0;

	db_end(q);
	return ok;
}

/* After this the books agree with what the database holds. */
static void check_jobs(struct torture *t, struct store *s)
{
	struct books *b = &t->books;
	int64_t open_there = 0, open = b->last - b->first_open + 1;

	for (int64_t n = 1; n <= b->last; n++) {
		enum power_there there = t->job->there(s, n);

		if (there == POWER_HALF)
			wrong(t, &t->out.half, "job %lld is half there", (long long)n);
		if (b->acked[n] && there != POWER_WHOLE)
			wrong(t, &t->out.lost, "acknowledged job %lld is gone", (long long)n);
		if (n >= b->first_open)
			open_there += there == POWER_WHOLE;
		b->acked[n] = there == POWER_WHOLE;
	}
	if (open_there != 0 && open_there != open)
		wrong(t, &t->out.split, "%lld of %lld jobs of a batch", (long long)open_there,
			(long long)open);
}

static void check_rules(struct torture *t, struct store *s)
{
	const char *rule = t->job->broken == NULL ? NULL : t->job->broken(s);

	if (rule != NULL)
		wrong(t, &t->out.half, "broken rule: %s", rule);
}

/* False: this database is beyond use. */
static bool check(struct torture *t)
{
	struct audit_result audit;
	struct store *s = opened(t, t->pragma);
	bool ok;

	if (s == NULL) {
		wrong(t, &t->out.corrupt, "does not open");
		return false;
	}
	ok = engine_is_content(s);
	if (!ok)
		wrong(t, &t->out.corrupt, "integrity_check");
	else if (store_audit(s, &audit) != STORE_OK || audit.bad_seq != 0)
		wrong(t, &t->out.chain, "chain of events breaks at %lld", (long long)audit.bad_seq);
	if (ok) {
		check_jobs(t, s);
		check_rules(t, s);
	}
	store_close(s);
	return ok;
}

struct power_result power_torture(
	const struct power_job *job, int cuts, uint64_t seed, const char *pragma)
{
	static bool installed;
	struct torture *t = calloc(1, sizeof *t);
	struct power_result out;
	bool usable = false;

	if (t == NULL)
		abort();
	if (!installed)
		crash_install();
	installed = true;
	t->job = job;
	t->pragma = pragma;
	temp_store_open(&t->files);
	temp_store_shut(&t->files);
	crash_seed(seed);
	temp_quiet();
	while (t->out.cuts < cuts) {
		if (!usable || t->out.cuts % or_else(job->life, LIFE) == 0)
			begin_life(t);
		t->out.cuts++;
		usable = live_until_the_cut(t);
		if (!usable)
			wrong(t, &t->out.corrupt, "does not open before the cut");
		usable = usable && check(t);
	}
	temp_loud();
	crash_format();
	temp_store_close(&t->files);
	out = t->out;
	free(t);
	return out;
}
