#include "dropbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "drop_watch.h"
#include "feed.h"
#include "filereport.h"
#include "log.h"
#include "mask.h"

#include "banned.h"

enum { LATER_MS = 5000, ACTOR_MAX = DROP_NAME + 16 };

struct dropbox {
	uv_loop_t *loop;
	const struct settings *set;
	struct worker *worker;
	struct seal *seal; /* a copy: used in the pool thread */
	struct drop *drop;
	struct drop_watch *watch;
	bool stopping, busy;
};

struct job { /* one file in the pool */
	uv_work_t req;
	struct dropbox *box;
	char taken[DROP_NAME + 1], actor[ACTOR_MAX];
	struct settings const *set;
	bool is_refused;
	struct fault fault;
	struct intake_summary sum;
	enum store_rc rc;
	bool good, readable;
};

static struct filereport *open_report(const struct job *j)
{
	char path[DROP_PATH];
	size_t n = strlen(j->taken);
	bool xlsx = n > 5 && strcmp(j->taken + n - 5, ".xlsx") == 0;
	struct filereport *r = filereport_open(xlsx ? OUTSHEET_XLSX : OUTSHEET_CSV,
		drop_report_path(j->box->drop, j->taken, xlsx, path));

	if (r == NULL)
		log_error("drop report cannot be written reason=%s", strerror(errno));
	return r;
}

static void read_file(struct job *j, struct filereport *report)
{
	struct feed feed = { .worker = j->box->worker, .actor = j->actor };
	struct sheet_limits limits = sheet_limits_live;
	struct intake_ctx ctx = { .now_ms = clock_now_ms(),
		.levels = &j->set->level_words,
		.frauds = &j->set->fraud_types,
		.seal = j->box->seal };
	struct intake_job job = { .kind = HEADER_WARNING,
		.ctx = &ctx,
		.limits = &limits,
		.slice = feed_slice,
		.arg = &feed,
		.report = report };
	int fd = drop_input(j->box->drop, j->taken);

	limits.bytes = j->set->drop.file_max;
	limits.rows = (size_t)j->set->drop.rows_max;
	if (fd < 0) {
		fault_set(&j->fault, "unreadable", "文件打不开", "请重新放一次");
		filereport_fault(report, &j->fault);
		return;
	}
	j->readable = intake_file(&job, fd, &j->sum, &j->fault);
	j->rc = feed.rc;
	close(fd);
}

static bool went_well(const struct job *j)
{
	const size_t *n = j->sum.verdicts;

	return j->readable &&
	       (n[INTAKE_REFUSED] == 0 ||
		       n[INTAKE_ACCEPTED] + n[INTAKE_MERGED] + n[INTAKE_DUPLICATE] > 0);
}

/* The report is whole and on disk before the file moves: a file that has ended has its answer. */
static void work(uv_work_t *req)
{
	struct job *j = req->data;
	struct filereport *report = open_report(j);

	if (report == NULL) {
		j->rc = STORE_FULL;
		return;
	}
	if (!j->is_refused)
		read_file(j, report);
	if (j->rc != STORE_OK) {
		filereport_abandon(report);
		return;
	}
	if (j->is_refused)
		filereport_fault(report, &j->fault);
	if (filereport_close(report) != OUTSHEET_OK)
		j->rc = STORE_FULL;
	j->good = !j->is_refused && went_well(j);
}

static void ended(uv_work_t *req, int status)
{
	struct job *j = req->data;
	struct dropbox *b = j->box;
	const size_t *n = j->sum.verdicts;

	(void)status;
	b->busy = false;
	if (j->rc != STORE_OK) {
		log_error("drop file waits reason=%s", store_rc_name(j->rc));
		if (!b->stopping)
			drop_watch_later(b->watch, LATER_MS);
	} else {
		log_info("drop file ended good=%d accepted=%zu merged=%zu duplicates=%zu "
			 "rejected=%zu",
			j->good, n[INTAKE_ACCEPTED], n[INTAKE_MERGED], n[INTAKE_DUPLICATE],
			n[INTAKE_REFUSED]);
		drop_watch_done(b->watch, j->taken, j->good);
	}
	free(j);
	if (b->stopping) {
		drop_watch_stop(b->watch);
		b->watch = NULL;
	}
}

static void on_file(void *arg, const char *taken, const struct fault *refused)
{
	struct dropbox *b = arg;
	struct job *j = calloc(1, sizeof *j);
	char masked[MASK_MAX];

	if (j == NULL)
		abort();
	j->box = b;
	j->set = b->set;
	j->req.data = j;
	snprintf(j->taken, sizeof j->taken, "%s", taken);
	/* Names of files may hold names of people, and the books are not sealed. */
	snprintf(j->actor, sizeof j->actor, "drop:%s", mask_any(taken, masked, sizeof masked));
	j->is_refused = refused != NULL;
	if (refused != NULL)
		j->fault = *refused;
	b->busy = true;
	uv_queue_work(b->loop, &j->req, work, ended);
}

struct dropbox *dropbox_start(uv_loop_t *loop, const struct settings *set, struct worker *worker,
	const struct seal *seal, char *why, size_t why_size)
{
	struct dropbox *b = calloc(1, sizeof *b);

	if (b == NULL)
		abort();
	b->loop = loop;
	b->set = set;
	b->worker = worker;
	if (set->drop.dir[0] == '\0')
		return b;
	if (mkdir(set->drop.dir, 0770) == 0)
		log_info("drop folder made");
	b->drop = drop_open(set->drop.dir, set->drop.file_max);
	if (b->drop != NULL)
		b->watch = drop_watch_start(loop, b->drop, set->drop.stable_s * 1000, on_file, b);
	if (b->watch == NULL) {
		snprintf(why, why_size, "投件文件夹 %s 不能用：%s", set->drop.dir, strerror(errno));
		drop_close(b->drop);
		free(b);
		return NULL;
	}
	b->seal = seal_copy(seal);
	return b;
}

void dropbox_settings(struct dropbox *b, const struct settings *set)
{
	b->set = set;
}

void dropbox_stop(struct dropbox *b)
{
	b->stopping = true;
	if (b->watch != NULL && !b->busy) {
		drop_watch_stop(b->watch);
		b->watch = NULL;
	}
}

bool dropbox_is_idle(const struct dropbox *b)
{
	return !b->busy;
}

void dropbox_free(struct dropbox *b)
{
	drop_close(b->drop);
	seal_close(b->seal);
	free(b);
}
