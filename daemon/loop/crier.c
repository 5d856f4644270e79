#include "crier.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

#include "banned.h"

enum {
	KINDS = 64,
	RUNNING_MAX = 8,
	WAITING_MAX = 64,
	TEXT = 400,
	VARIABLES = 8,
	LIMIT_MS = 30 * 1000,
	EVERY_MS = 60 * 1000,
	LOOK_MS = 1000
};

struct cry {
	struct work work;
	struct crier *crier;
	struct cry *next;
	char kind[40], subject[96], text[TEXT];
	bool on;
	int skipped;
};

struct run { /* one program that runs */
	uv_process_t process;
	struct crier *crier;
	int64_t until_ms; /* 0: free */
};

struct crier {
	uv_loop_t *loop;
	char command[256];
	uv_timer_t look;
	struct cry *told, **told_end; /* desk's thread */
	int told_count;
	struct slot {
		char kind[40];
		bool on;
		int64_t last_ms;
		struct cry *waiting; /* the newest that came too soon */
	} slot[KINDS];
	int slots;
	struct run run[RUNNING_MAX];
	int handles;
	bool stopped;
};

/* -- the desk's side ------------------------------------------------------------------------ */

void crier_tell(struct crier *c, const char *kind, const char *subject, const char *text, bool on)
{
	struct cry *y;

	if (c->told_count == WAITING_MAX)
		return; /* so many in one batch: those that stand there already are cried */
	y = calloc(1, sizeof *y);
	if (y == NULL)
		abort();
	y->crier = c;
	y->on = on;
	snprintf(y->kind, sizeof y->kind, "%s", kind);
	snprintf(y->subject, sizeof y->subject, "%s", subject);
	snprintf(y->text, sizeof y->text, "%s", text);
	*c->told_end = y;
	c->told_end = &y->next;
	c->told_count++;
}

static struct cry *take_told(struct crier *c)
{
	struct cry *first = c->told;

	c->told = NULL;
	c->told_end = &c->told;
	c->told_count = 0;
	return first;
}

void crier_forget(struct crier *c)
{
	struct cry *y = take_told(c), *next;

	for (; y != NULL; y = next) {
		next = y->next;
		free(y);
	}
}

static void committed(struct work *w);

void crier_flush(struct crier *c, struct worker *w)
{
	struct cry *y = take_told(c), *next;

	for (; y != NULL; y = next) {
		next = y->next;
		y->next = NULL;
		y->work.done = committed;
		worker_tell(w, &y->work);
	}
}

/* -- programs ---------------------------------------------------------------------------------- */

static void free_if_closed(struct crier *c)
{
	if (--c->handles > 0)
		return;
	for (int i = 0; i < c->slots; i++)
		free(c->slot[i].waiting);
	crier_forget(c);
	free(c);
}

static void run_closed(uv_handle_t *handle)
{
	struct run *r = handle->data;

	r->until_ms = 0;
	free_if_closed(r->crier);
}

static void ended(uv_process_t *process, int64_t status, int signal_no)
{
	if (status != 0 || signal_no != 0)
		log_warn("the alarm command failed status=%lld signal=%d", (long long)status,
			signal_no);
	uv_close((uv_handle_t *)process, run_closed);
}

static void spawn(struct crier *c, struct run *r, const struct cry *y)
{
	char text[VARIABLES][TEXT + 32];
	char *env[VARIABLES + 1] = { NULL }, *args[] = { c->command, NULL };
	uv_stdio_container_t none[3] = { { .flags = UV_IGNORE }, { .flags = UV_IGNORE },
		{ .flags = UV_IGNORE } };
	uv_process_options_t o = { .exit_cb = ended,
		.file = c->command,
		.args = args,
		.env = env,
		.stdio_count = 3,
		.stdio = none };
	const char *path = getenv("PATH");
	int rc;

	snprintf(text[0], sizeof text[0], "QUANZU_ALARM_STATE=%s", y->on ? "on" : "off");
	snprintf(text[1], sizeof text[1], "QUANZU_ALARM_KIND=%s", y->kind);
	snprintf(text[2], sizeof text[2], "QUANZU_ALARM_SUBJECT=%s", y->subject);
	snprintf(text[3], sizeof text[3], "QUANZU_ALARM_TEXT=%s", y->text);
	snprintf(text[4], sizeof text[4], "QUANZU_ALARM_SKIPPED=%d", y->skipped);
	snprintf(text[5], sizeof text[5], "PATH=%s", path == NULL ? "/usr/bin:/bin" : path);
	snprintf(text[6], sizeof text[6], "LANG=C.UTF-8");
	for (int i = 0; i < 7; i++)
		env[i] = text[i];
	r->crier = c;
	r->process.data = r;
	r->until_ms = clock_mono_ms() + LIMIT_MS;
	c->handles++;
	rc = uv_spawn(c->loop, &r->process, &o);
	if (rc == 0)
		return;
	log_error("the alarm command cannot be run reason=%s", uv_strerror(rc));
	uv_close((uv_handle_t *)&r->process, run_closed);
}

static struct run *free_run(struct crier *c)
{
	for (int i = 0; i < RUNNING_MAX; i++)
		if (c->run[i].until_ms == 0)
			return &c->run[i];
	return NULL;
}

/* -- one a minute ------------------------------------------------------------------------------- */

static struct slot *slot_of(struct crier *c, const struct cry *y)
{
	for (int i = 0; i < c->slots; i++)
		if (c->slot[i].on == y->on && strcmp(c->slot[i].kind, y->kind) == 0)
			return &c->slot[i];
	if (c->slots == KINDS)
		return NULL;
	memcpy(c->slot[c->slots].kind, y->kind, sizeof y->kind);
	c->slot[c->slots].on = y->on;
	c->slot[c->slots].last_ms = -EVERY_MS;
	return &c->slot[c->slots++];
}

static void try_slot(struct crier *c, struct slot *s)
{
	struct run *r = free_run(c);
	int64_t now = clock_mono_ms();

	if (s->waiting == NULL || r == NULL || now < s->last_ms + EVERY_MS)
		return;
	s->last_ms = now;
	if (c->command[0] != '\0')
		spawn(c, r, s->waiting);
	free(s->waiting);
	s->waiting = NULL;
}

/* Once a second while something runs or waits. */
static void look(uv_timer_t *timer)
{
	struct crier *c = timer->data;
	int64_t now = clock_mono_ms();
	bool more = false;

	for (int i = 0; i < RUNNING_MAX; i++) {
		struct run *r = &c->run[i];

		more = more || r->until_ms != 0;
		if (r->until_ms != 0 && now >= r->until_ms &&
			uv_is_active((uv_handle_t *)&r->process))
			uv_process_kill(&r->process, SIGKILL);
	}
	for (int i = 0; i < c->slots; i++) {
		try_slot(c, &c->slot[i]);
		more = more || c->slot[i].waiting != NULL;
	}
	if (!more)
		uv_timer_stop(timer);
}

static void committed(struct work *w)
{
	struct cry *y = (struct cry *)w;
	struct crier *c = y->crier;
	struct slot *s;

	if (y->work.rc != STORE_OK || c->stopped || c->command[0] == '\0' ||
		(s = slot_of(c, y)) == NULL) {
		free(y);
		return;
	}
	if (s->waiting != NULL)
		y->skipped = s->waiting->skipped + 1;
	free(s->waiting);
	s->waiting = y;
	try_slot(c, s);
	if (!uv_is_active((uv_handle_t *)&c->look))
		uv_timer_start(&c->look, look, LOOK_MS, LOOK_MS);
}

/* -- life -------------------------------------------------------------------------------------------- */

struct crier *crier_start(uv_loop_t *loop, const char *command)
{
	struct crier *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	c->loop = loop;
	c->told_end = &c->told;
	crier_command(c, command);
	uv_timer_init(loop, &c->look);
	c->look.data = c;
	c->handles = 1;
	return c;
}

void crier_command(struct crier *c, const char *command)
{
	snprintf(c->command, sizeof c->command, "%s", command);
}

static void look_closed(uv_handle_t *handle)
{
	free_if_closed(handle->data);
}

void crier_stop(struct crier *c)
{
	c->stopped = true;
	for (int i = 0; i < RUNNING_MAX; i++)
		if (c->run[i].until_ms != 0 && uv_is_active((uv_handle_t *)&c->run[i].process))
			uv_process_kill(&c->run[i].process, SIGKILL);
	uv_close((uv_handle_t *)&c->look, look_closed);
}
