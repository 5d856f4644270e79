#include "power.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "log.h"

#include "banned.h"

struct power {
	uv_loop_t *loop;
	uv_timer_t limit; /* of the run; 0 ms: it could not be started, to be told from the loop */
	const char *const *words;
	struct child *child; /* NULL: nothing runs */
	void (*done)(void *arg, bool ok);
	void *arg;
};

/* It outlives its power when that is freed early. */
struct child {
	uv_process_t process;
	struct power *power; /* NULL: nobody waits any more */
};

void power_fill(const char *word, const char *port, const char *usb, char out[POWER_WORD])
{
	size_t used = 0;

	while (*word != '\0' && used + 1 < POWER_WORD) {
		const char *with = NULL;

		if (strncmp(word, "{port}", 6) == 0)
			with = port;
		else if (strncmp(word, "{usb}", 5) == 0)
			with = usb;
		if (with == NULL) {
			out[used++] = *word++;
			continue;
		}
		word += with == port ? 6 : 5;
		used += (size_t)snprintf(out + used, POWER_WORD - used, "%s", with);
	}
	out[used < POWER_WORD ? used : POWER_WORD - 1] = '\0';
}

static void child_gone(uv_handle_t *h)
{
	free(h->data);
}

static void ended(struct power *p, bool ok)
{
	void (*done)(void *arg, bool ok) = p->done;

	p->done = NULL;
	p->child = NULL;
	uv_timer_stop(&p->limit);
	if (done != NULL)
		done(p->arg, ok);
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal_no)
{
	struct child *c = process->data;
	struct power *p = c->power;

	uv_close((uv_handle_t *)process, child_gone);
	if (p == NULL)
		return;
	if (status != 0 || signal_no != 0)
		log_warn("event=power_command status=%lld signal=%d", (long long)status, signal_no);
	ended(p, status == 0 && signal_no == 0);
}

static void on_limit(uv_timer_t *t)
{
	struct power *p = t->data;

	if (p->child == NULL) {
		ended(p, false);
		return;
	}
	log_warn("event=power_command why=\"killed after %d s\"", POWER_LIMIT_MS / 1000);
	uv_process_kill(&p->child->process, SIGKILL);
}

static int start(struct power *p, char *words[])
{
	uv_stdio_container_t none[3] = { { .flags = UV_IGNORE }, { .flags = UV_IGNORE },
		{ .flags = UV_IGNORE } };
	uv_process_options_t how = { .file = words[0],
		.args = words,
		.exit_cb = on_exit_of,
		.stdio = none,
		.stdio_count = 3 };
	int rc;

	p->child = calloc(1, sizeof *p->child);
	if (p->child == NULL)
		abort();
	p->child->power = p;
	p->child->process.data = p->child;
	rc = uv_spawn(p->loop, &p->child->process, &how);
	if (rc == 0)
		return 0;
	uv_close((uv_handle_t *)&p->child->process, child_gone);
	p->child = NULL;
	return rc;
}

void power_run(struct power *p, const char *port, const char *usb, void (*done)(void *arg, bool ok),
	void *arg)
{
	char room[POWER_WORDS][POWER_WORD];
	char *words[POWER_WORDS + 1] = { NULL };
	int rc;

	if (p->done != NULL)
		return;
	for (size_t i = 0; i < POWER_WORDS && p->words[i] != NULL; i++) {
		power_fill(p->words[i], port, usb, room[i]);
		words[i] = room[i];
	}
	p->done = done;
	p->arg = arg;
	rc = start(p, words);
	if (rc != 0)
		log_error("event=power_command why=\"%s\"", uv_strerror(rc));
	uv_timer_start(&p->limit, on_limit, rc == 0 ? POWER_LIMIT_MS : 0, 0);
}

struct power *power_new(struct uv_loop_s *loop, const char *const *words)
{
	struct power *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->loop = loop;
	p->words = words;
	uv_timer_init(loop, &p->limit);
	p->limit.data = p;
	return p;
}

static void power_gone(uv_handle_t *h)
{
	free(h->data);
}

void power_free(struct power *p)
{
	if (p->child != NULL) {
		p->child->power = NULL;
		uv_process_kill(&p->child->process, SIGKILL);
	}
	uv_close((uv_handle_t *)&p->limit, power_gone);
}
