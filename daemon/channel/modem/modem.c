/* modem.c - the driver joined to a port, a timer and the log. */
#include "modem_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "clock.h"
#include "log.h"

#include "banned.h"

static void on_timer(uv_timer_t *t);

/* The timer follows the driver's deadline; most calls leave it where it is or later. */
static void arm(struct modem *m)
{
	int64_t due = driver_deadline(&m->driver), seek_due = seek_deadline(&m->seek), wait;

	if (seek_due < due)
		due = seek_due;
	if (due == m->armed)
		return;
	m->armed = due;
	if (due == INT64_MAX) {
		uv_timer_stop(&m->timer);
		return;
	}
	wait = due - clock_mono_ms();
	uv_update_time(m->timer.loop);
	uv_timer_start(&m->timer, on_timer, (uint64_t)(wait > 0 ? wait : 0), 0);
}

static void on_timer(uv_timer_t *t)
{
	struct modem *m = t->data;

	m->armed = INT64_MAX;
	seek_tick(&m->seek, clock_mono_ms());
	driver_tick(&m->driver, clock_mono_ms());
	arm(m);
}

/* Port to driver */

/* The port is the driver's from now on. */
static void hand_over(struct modem *m, int gap_ms)
{
	char path[PATH_MAX];

	ports_usb(m->device, m->usb);
	if (m->device[0] == '/' && realpath(m->device, path) != NULL)
		ports_hold(m, path);
	dialogue_note(&m->dialogue, clock_now_ms(), "port opened");
	driver_opened(&m->driver, clock_mono_ms(), gap_ms);
}

static void port_opened(void *arg, int gap_ms)
{
	struct modem *m = arg;

	m->gap_ms = gap_ms;
	if (seek_is_busy(&m->seek))
		seek_opened(&m->seek, clock_mono_ms());
	else
		hand_over(m, gap_ms);
	arm(m);
}

static void port_bytes(void *arg, const char *bytes, size_t n)
{
	struct modem *m = arg;

	if (seek_is_busy(&m->seek)) {
		seek_bytes(&m->seek, clock_mono_ms(), bytes, n);
	} else {
		dialogue_read(&m->dialogue, clock_now_ms(), bytes, n);
		driver_bytes(&m->driver, clock_mono_ms(), bytes, n);
	}
	arm(m);
}

static void port_drained(void *arg)
{
	struct modem *m = arg;

	if (!seek_is_busy(&m->seek))
		driver_drained(&m->driver, clock_mono_ms());
	arm(m);
}

static void gone(struct modem *m, const char *why)
{
	ports_hold(m, NULL);
	if (m->driver.phase != PHASE_CLOSED)
		dialogue_note(&m->dialogue, clock_now_ms(), why);
	driver_lost(&m->driver, clock_mono_ms());
}

static void port_lost(void *arg, const char *why)
{
	struct modem *m = arg;

	if (seek_is_busy(&m->seek))
		seek_lost(&m->seek, clock_mono_ms());
	else
		gone(m, why);
	arm(m);
}

/* The search */

static void list_ports(void *arg, struct ports *out)
{
	const struct modem *m = arg;

	ports_list(out, m->folder[0] != '\0' ? m->folder : NULL);
}

static void try_port(void *arg, const char *path, int baud)
{
	struct modem *m = arg;

	if (!ports_hold(m, path)) { /* another modem of ours looks at it just now */
		port_shut(m->port);
		m->seek.contested = true;
		seek_lost(&m->seek, clock_mono_ms());
		return;
	}
	port_aim(m->port, path, baud, true);
	port_open(m->port, 0);
}

static void say_to_port(void *arg, const char *bytes, size_t n)
{
	port_write(((struct modem *)arg)->port, bytes, n);
}

static void port_found(void *arg, const char *path, int baud)
{
	struct modem *m = arg;

	log_info("event=modem_found modem=%s device=%s baud=%d", m->driver.name, path, baud);
	m->told = false;
	port_aim(m->port, path, baud, false);
	snprintf(m->device, sizeof m->device, "%s", path);
	hand_over(m, m->gap_ms);
}

static void port_not_found(void *arg, const char *why)
{
	struct modem *m = arg;

	if (!m->told && !m->seek.contested)
		log_warn("event=modem_not_found modem=%s why=\"%s\"", m->driver.name, why);
	m->told = m->told || !m->seek.contested;
	port_shut(m->port);
	gone(m, why);
}

/* Driver to port */

static size_t to_port(void *arg, const char *bytes, size_t n)
{
	struct modem *m = arg;

	dialogue_wrote(&m->dialogue, clock_now_ms(), bytes, n);
	return port_write(m->port, bytes, n);
}

static void open_port(void *arg, int64_t in_ms)
{
	struct modem *m = arg;

	if (!m->seeks) {
		port_open(m->port, in_ms);
		return;
	}
	port_shut(m->port);
	seek_begin(&m->seek, clock_mono_ms(), in_ms);
}

/* The device needs some seconds to come back; when it is slower, the port is looked for as always. */
static void powered(void *arg, bool ok)
{
	enum { BACK_MS = 5000 };
	struct modem *m = arg;

	log_warn("event=modem_power modem=%s ok=%d", m->driver.name, ok);
	dialogue_note(
		&m->dialogue, clock_now_ms(), ok ? "power command done" : "power command failed");
	open_port(m, BACK_MS);
	arm(m);
}

static void cut_power(void *arg)
{
	struct modem *m = arg;

	port_shut(m->port);
	ports_hold(m, NULL);
	power_run(m->power, m->device, m->usb, powered, m);
}

/* The sound of calls */

static void sound_spoken(void *arg)
{
	struct modem *m = arg;

	driver_spoken(&m->driver, clock_mono_ms());
	arm(m);
}

static void sound_key(void *arg, char key)
{
	struct modem *m = arg;

	driver_key(&m->driver, clock_mono_ms(), key);
	arm(m);
}

static void sound_open(void *arg, bool listen)
{
	audio_port_open(arg, listen);
}

static void sound_say(void *arg, const struct modem_sound *s)
{
	audio_port_say(arg, s);
}

static void sound_stop(void *arg)
{
	audio_port_stop(arg);
}

static void sound_close(void *arg)
{
	audio_port_close(arg);
}

/* The owner's side */

/* Where the device is a folder, or only the IMEI is given, or the speed is to be found. */
static void prepare_search(struct modem *m, const struct modem_config *config)
{
	const char *device = config->device == NULL ? "" : config->device;
	const char *imei = config->imei == NULL ? "" : config->imei;
	struct seek_events ev = { list_ports, try_port, say_to_port, port_found, port_not_found,
		m };

	snprintf(m->device, sizeof m->device, "%s", device);
	m->seeks = imei[0] != '\0' || (config->baud == MODEM_BAUD_AUTO && device[0] == '/');
	if (ports_is_folder(device)) {
		snprintf(m->folder, sizeof m->folder, "%s", device);
		m->seeks = true;
		device = "";
	}
	seek_init(&m->seek, device, imei, config->baud == MODEM_BAUD_AUTO ? 0 : config->baud, &ev);
}

struct modem *modem_open(struct uv_loop_s *loop, const struct modem_config *config,
	const struct modem_events *events, void *arg)
{
	static const struct port_events from_port = { port_opened, port_bytes, port_drained,
		port_lost };
	static const struct audio_events heard = { sound_spoken, sound_key };
	struct modem *m = calloc(1, sizeof *m);
	struct driver_port port = { to_port, open_port, NULL, m };

	if (m == NULL)
		abort();
	m->events = *events;
	m->arg = arg;
	m->armed = INT64_MAX;
	uv_timer_init(loop, &m->timer);
	m->timer.data = m;
	prepare_search(m, config);
	if (config->power_command != NULL) {
		m->power = power_new(loop, config->power_command);
		port.power = cut_power;
	}
	m->port = port_new(loop, m->device, config->baud > 0 ? config->baud : 0, &from_port, m);
	driver_init(&m->driver, config, &port, modem_tells(events->on_pin != NULL), m);
	if (config->audio_device != NULL) {
		m->sound = audio_port_new(loop, config->audio_device, &heard, m);
		m->audio = (struct driver_audio){ sound_open, sound_say, sound_stop, sound_close,
			m->sound };
		m->driver.audio = &m->audio;
	}
	driver_begin(&m->driver, clock_mono_ms());
	arm(m);
	return m;
}

static void modem_gone(uv_handle_t *h)
{
	free(h->data);
}

void modem_close(struct modem *m)
{
	seek_stop(&m->seek);
	driver_end(&m->driver, clock_mono_ms());
	ports_hold(m, NULL);
	if (m->sound != NULL)
		audio_port_free(m->sound);
	port_free(m->port);
	if (m->power != NULL)
		power_free(m->power);
	uv_close((uv_handle_t *)&m->timer, modem_gone);
}

bool modem_can_send(const struct modem *m)
{
	return driver_can_send(&m->driver);
}

enum modem_rc modem_send(struct modem *m, const struct modem_message *message, enum pdu_rc *why)
{
	enum modem_rc rc = driver_send(&m->driver, clock_mono_ms(), message, why);

	arm(m);
	return rc;
}

bool modem_can_call(const struct modem *m)
{
	return driver_can_call(&m->driver);
}

enum modem_rc modem_call(struct modem *m, const struct modem_call *call)
{
	enum modem_rc rc = driver_call(&m->driver, clock_mono_ms(), call);

	arm(m);
	return rc;
}

void modem_inbound_committed(struct modem *m, int64_t token)
{
	driver_committed(&m->driver, clock_mono_ms(), token);
	arm(m);
}

void modem_inbound_left(struct modem *m, int64_t token)
{
	driver_left(&m->driver, clock_mono_ms(), token);
	arm(m);
}

void modem_pin(struct modem *m, bool may_try)
{
	driver_pin(&m->driver, clock_mono_ms(), may_try);
	arm(m);
}

bool modem_ussd(struct modem *m, const char *code)
{
	bool ok = driver_ussd(&m->driver, clock_mono_ms(), code);

	arm(m);
	return ok;
}

void modem_reset(struct modem *m)
{
	driver_reset(&m->driver, clock_mono_ms());
	arm(m);
}

json_t *modem_log(const struct modem *m, uint64_t since)
{
	return dialogue_json(&m->dialogue, since);
}

const struct modem_health *modem_health(const struct modem *m)
{
	return &m->driver.health;
}
