#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <uv.h>

#include "channel.h"
#include "checkpoint.h"
#include "clock.h"
#include "crier.h"
#include "desk.h"
#include "dropbox.h"
#include "log.h"
#include "pump.h"
#include "store.h"
#include "store_pool.h"
#include "web.h"
#include "work.h"

#include "banned.h"

enum { READERS = 3, DRAIN_MS = 10 * 1000, DRAIN_LOOK_MS = 20 };

struct house { /* all that runs */
	const char *config_path;
	struct settings *set, *next_set,
		*retired_set; /* next: read on SIGHUP, handed over by a job of the desk */
	uv_loop_t loop;
	struct store *store;
	struct checkpoint *checkpoint;
	struct desk *desk;
	struct store_pool *pool;
	struct pump *pump;
	struct crier *crier;
	struct worker *worker;
	struct web *web;
	struct dropbox *dropbox;
	uv_signal_t on_term, on_int, on_hup;
	uv_timer_t beat, drain;
	int64_t drain_until;
	int exit_code;
	bool stopping;
	bool told_broken; /* desk's thread */
};

/* -- the desk's hooks ------------------------------------------------------------------------ */

static void batch_begin(void *arg)
{
	struct house *h = arg;

	store_begin(h->store);
}

static void batch_bold(void *arg)
{
	struct house *h = arg;

	store_begin_bold(h->store);
}

static void batch_undo(void *arg)
{
	struct house *h = arg;

	store_undo(h->store);
	crier_forget(h->crier);
}

static void job_begin(void *arg)
{
	struct house *h = arg;

	store_job_begin(h->store, desk_now_ms(h->desk));
}

static enum store_rc job_end(void *arg)
{
	struct house *h = arg;

	return store_job_end(h->store);
}

static void stop_broken(struct work *w);

static enum store_rc batch_end(void *arg)
{
	static struct work broken = { .done = stop_broken };
	struct house *h = arg;
	enum store_rc rc;

	store_careful(h->store); /* a claim that fails is its own affair */
	pump_feed(h->pump, h->desk);
	crier_flush(h->crier, h->worker);
	rc = store_commit(h->store);
	/* A failed sync is never tried again: the pages may be gone. Stop, restart, recover. */
	if (rc == STORE_BROKEN && !h->told_broken) {
		h->told_broken = true;
		worker_tell(h->worker, &broken);
	}
	return rc;
}

static void tick(void *arg)
{
	struct house *h = arg;

	desk_tick(h->desk);
}

static int64_t due_ms(void *arg)
{
	struct house *h = arg;

	return desk_due_ms(h->desk);
}

static void cry(void *arg, const char *kind, const char *subject, const char *text, bool on)
{
	crier_tell(arg, kind, subject, text, on);
}

/* -- the end ---------------------------------------------------------------------------------------- */

static struct house *the_house; /* for the one work that has no place for a pointer */

static void end(struct house *h)
{
	pump_stop(h->pump);
	uv_close((uv_handle_t *)&h->on_term, NULL);
	uv_close((uv_handle_t *)&h->on_int, NULL);
	uv_close((uv_handle_t *)&h->on_hup, NULL);
	uv_close((uv_handle_t *)&h->beat, NULL);
	uv_close((uv_handle_t *)&h->drain, NULL);
	uv_stop(&h->loop);
}

static void look_if_quiet(uv_timer_t *timer)
{
	struct house *h = timer->data;

	if ((!pump_is_quiet(h->pump) || !dropbox_is_idle(h->dropbox)) &&
		clock_mono_ms() < h->drain_until)
		return;
	uv_timer_stop(timer);
	end(h);
}

static void stop(struct house *h, int exit_code)
{
	if (h->stopping)
		return;
	h->stopping = true;
	h->exit_code = exit_code;
	sd_notify(0, "STOPPING=1");
	pump_quiesce(h->pump);
	dropbox_stop(h->dropbox);
	h->drain_until = clock_mono_ms() + DRAIN_MS;
	uv_timer_start(&h->drain, look_if_quiet, 0, DRAIN_LOOK_MS);
}

static void stop_broken(struct work *w)
{
	(void)w;
	log_error("the store is broken: stopping, the supervisor restarts us");
	stop(the_house, EXIT_IO);
}

static void on_broken(void *arg)
{
	stop(arg, EXIT_IO);
}

static void on_stop_signal(uv_signal_t *handle, int number)
{
	log_info("stopping signal=%d", number);
	stop(handle->data, 0);
}

/* -- reload -------------------------------------------------------------------------------------------- */

struct reload {
	struct work work;
	struct house *house;
	struct settings *old;
};

static void swap_settings(struct work *w, void *arg)
{
	struct reload *r = (struct reload *)w;

	r->old = r->house->set;
	desk_settings(arg, r->house->next_set);
}

static void settings_swapped(struct work *w)
{
	struct reload *r = (struct reload *)w;
	struct house *h = r->house;

	h->set = h->next_set;
	h->next_set = NULL;
	log_level_set((enum log_level)log_level_of(h->set->log_level));
	if (h->web != NULL)
		web_reload(h->web, h->set);
	crier_command(h->crier, h->set->alarm_command);
	dropbox_settings(h->dropbox, h->set);
	/* Whoever mended a key or a clock has the file read again. */
	for (int i = 0; i < h->set->channel_count; i++)
		pump_resume(h->pump, h->set->channel[i].name);
	/* A pool thread may still read by the old ones: they go at the next reload, or at the end. */
	settings_free(h->retired_set);
	h->retired_set = r->old;
	free(r);
	sd_notify(0, "READY=1");
	log_info("configuration reloaded");
}

static void on_reload_signal(uv_signal_t *handle, int number)
{
	struct house *h = handle->data;
	struct settings_error error;
	char changed[256];
	struct reload *r;

	(void)number;
	if (h->next_set != NULL || h->stopping)
		return;
	h->next_set = settings_read(h->config_path, &error);
	if (h->next_set != NULL && !channels_check(h->next_set, &error)) {
		settings_free(h->next_set);
		h->next_set = NULL;
	}
	if (h->next_set == NULL) {
		log_error("reload refused, the old configuration stays file=%s line=%d reason=%s",
			error.file, error.line, error.text);
		return;
	}
	settings_restart_keys(h->set, h->next_set, changed, sizeof changed);
	if (changed[0] != '\0')
		log_warn("these keys need a restart keys=%s", changed);
	r = calloc(1, sizeof *r);
	if (r == NULL)
		abort();
	r->house = h;
	r->work.run = swap_settings;
	r->work.done = settings_swapped;
	if (!worker_put_always(h->worker, &r->work))
		free(r);
}

/* -- start -------------------------------------------------------------------------------------------------- */

static void make_folder(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		fatal(EXIT_NO_PERMISSION, "不能建立文件夹 %s：%s", path, strerror(errno));
}

/*
 * Two daemons on one embedded database would send everything twice: the desk alone writes. The
 * lock lives as long as the process, so nothing is left after a crash.
 */
static void lock_store(const char *url)
{
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s-lock", url + strlen("sqlite:"));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		fatal(EXIT_NO_PERMISSION, "不能建立 %s：%s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		fatal(EXIT_UNAVAILABLE, "数据库 %s 正被另一个 quanzud 使用，请先停掉它", url);
	/* cppcheck-suppress resourceLeak ; it is closed with the process */
}

static void open_store(struct house *h)
{
	char why[512];
	enum store_rc rc;

	make_folder(h->set->data_dir);
	lock_store(h->set->store);
	rc = store_open(&h->store, h->set->store, h->set->key_file, h->set->node, why, sizeof why);
	if (rc != STORE_OK)
		fatal(rc == STORE_NEWER || rc == STORE_FOREIGN || rc == STORE_STALE ? EXIT_DATA
			: rc == STORE_KEYLESS                                       ? EXIT_CONFIG
										    : EXIT_IO,
			"%s", why);
	h->desk = desk_open(h->store, h->set);
	h->pool = store_pool_open(h->set->store, h->store->seal, READERS, &rc);
	h->checkpoint = checkpoint_start(h->store, h->set->store);
	if (h->pool == NULL || h->checkpoint == NULL)
		fatal(EXIT_IO, "cannot read the database reason=%s", store_rc_name(rc));
}

/* Before anybody else speaks: what was on the air when we died is unsure now. */
static void recover(struct house *h)
{
	store_begin(h->store);
	store_job_begin(h->store, desk_now_ms(h->desk));
	desk_recover(h->desk);
	store_event(h->store, "system", "gateway.started", 0, "gateway", 0, NULL);
	store_job_end(h->store);
	if (store_commit(h->store) != STORE_OK)
		fatal(EXIT_IO, "recovery failed reason=%s", db_error(h->store->db));
}

static void beat(uv_timer_t *timer)
{
	struct house *h = timer->data;

	store_pool_sweep(h->pool, clock_mono_ms());
	sd_notify(0, "WATCHDOG=1");
}

static json_t *channels(void *arg)
{
	struct house *h = arg;

	return pump_channels(h->pump);
}

static bool order_channel(void *arg, const char *name, const char *what, const char **why)
{
	struct house *h = arg;

	return pump_order(h->pump, name, what, why);
}

static void resume_channel(void *arg, const char *name)
{
	struct house *h = arg;

	pump_resume(h->pump, name);
}

static json_t *channel_log(void *arg, const char *name, uint64_t since)
{
	struct house *h = arg;

	return pump_log(h->pump, name, since);
}

static bool no_way(void *arg)
{
	struct house *h = arg;

	return pump_no_way(h->pump);
}

static bool hook(void *arg, const char *channel, const struct channel_hook *in,
	struct channel_hook_answer *answer, void (*done)(void *arg, bool ok), void *done_arg)
{
	struct house *h = arg;

	return pump_hook(h->pump, channel, in, answer, done, done_arg);
}

static void tell_absent(const struct settings_error *what)
{
	log_error("conf at=%s:%d %s", what->file, what->line, what->text);
}

/*
 * No device of any modem is there and nothing else is configured: warnings are taken, but nobody
 * will hear of them. It is not the end, for a device may come; it must be heard at once.
 */
static void look_for_devices(const struct settings *set)
{
	int modems = 0;

	if (channels_absent(set, tell_absent) == 0)
		return;
	for (int i = 0; i < set->channel_count; i++) {
		const struct channel_settings *c = &set->channel[i];

		if (!channel_is_modem(c) || c->device[0] != '/' || access(c->device, F_OK) == 0)
			return;
		modems++;
	}
	if (modems > 0)
		log_error("no way out: the device of every modem is missing, nothing can be sent "
			  "modems=%d "
			  "first=%s",
			modems, set->channel[0].device);
}

/* The ways in: HTTP and the folder. */
static void open_doors(struct house *h)
{
	struct web_parts parts = { .settings = h->set,
		.worker = h->worker,
		.pool = h->pool,
		.hooks = { .arg = h,
			.channels = channels,
			.channel_order = order_channel,
			.channel_resume = resume_channel,
			.channel_log = channel_log,
			.no_way = no_way,
			.hook = hook,
			.broken = on_broken } };
	char why[512];

	h->dropbox = dropbox_start(&h->loop, h->set, h->worker, h->store->seal, why, sizeof why);
	if (h->dropbox == NULL)
		fatal(EXIT_NO_PERMISSION, "%s", why);
	h->web = web_start(&h->loop, &parts, why, sizeof why);
	if (h->web == NULL)
		fatal(EXIT_UNAVAILABLE, "%s", why);
}

static void catch_signals(struct house *h)
{
	uv_signal_init(&h->loop, &h->on_term);
	uv_signal_init(&h->loop, &h->on_int);
	uv_signal_init(&h->loop, &h->on_hup);
	h->on_term.data = h->on_int.data = h->on_hup.data = h;
	uv_signal_start(&h->on_term, on_stop_signal, SIGTERM);
	uv_signal_start(&h->on_int, on_stop_signal, SIGINT);
	uv_signal_start(&h->on_hup, on_reload_signal, SIGHUP);
	uv_timer_init(&h->loop, &h->drain);
	uv_timer_init(&h->loop, &h->beat);
	h->drain.data = h->beat.data = h;
	uv_timer_start(&h->beat, beat, 1000, 1000);
}

static void close_all(struct house *h)
{
	web_stop(h->web);
	worker_stop(h->worker);
	pump_free(h->pump);
	crier_stop(h->crier);
	uv_run(&h->loop, UV_RUN_DEFAULT);
	dropbox_free(h->dropbox);
	store_pool_close(h->pool);
	desk_close(h->desk);
	checkpoint_stop(h->checkpoint);
	store_close(h->store);
	if (uv_loop_close(&h->loop) != 0)
		log_warn("handles left open at the end");
	settings_free(h->retired_set);
	settings_free(h->set);
}

int daemon_run(const char *config_path, struct settings *set)
{
	static struct house house;
	struct house *h = &house;
	struct work_hooks hooks = { .arg = h,
		.batch_begin = batch_begin,
		.batch_bold = batch_bold,
		.batch_undo = batch_undo,
		.job_begin = job_begin,
		.job_end = job_end,
		.batch_end = batch_end,
		.tick = tick,
		.due_ms = due_ms };

	the_house = h;
	h->config_path = config_path;
	h->set = set;
	log_level_set((enum log_level)log_level_of(set->log_level));
	if (!clock_zone(set->timezone))
		fatal(EXIT_CONFIG, "unknown time zone name=%s", set->timezone);
	uv_loop_init(&h->loop);
	h->crier = crier_start(&h->loop, set->alarm_command);
	open_store(h);
	h->store->on_alarm = cry;
	h->store->on_alarm_arg = h->crier;
	recover(h);
	h->pump = pump_start(&h->loop, set);
	hooks.desk = h->desk;
	h->worker = worker_new(&h->loop, &hooks, set->http.queue);
	open_doors(h);
	catch_signals(h);
	pump_join(h->pump, h->worker);
	worker_start(h->worker);
	sd_notify(0, "READY=1");
	look_for_devices(h->set);
	log_info("ready version=" DAEMON_VERSION " channels=%d", set->channel_count);
	uv_run(&h->loop, UV_RUN_DEFAULT);
	close_all(h);
	log_info("stopped");
	return h->exit_code;
}
