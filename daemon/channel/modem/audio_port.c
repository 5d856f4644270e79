#include "audio_port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <uv.h>

#include "dtmf.h"
#include "log.h"

#include "banned.h"

enum { SAMPLES = AUDIO_FRAME / 2, READ_MAX = 10 * AUDIO_FRAME };

struct wire { /* one opened device; it outlives its closing until the loop has let go */
	uv_poll_t poll;
	int fd;
	struct audio_port *port; /* NULL: closed */
};

struct audio_port {
	struct uv_loop_s *loop;
	char *device;
	const struct audio_events *events;
	void *arg;
	struct wire *line; /* NULL: shut */
	struct modem_sound sound;
	size_t at; /* samples of it that are written */
	bool saying, listen;
	size_t owed;  /* octets read and not answered by a frame */
	uint8_t half; /* a sample's first octet */
	bool has_half;
	struct dtmf dtmf;
};

struct audio_port *audio_port_new(
	struct uv_loop_s *loop, const char *device, const struct audio_events *events, void *arg)
{
	struct audio_port *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	a->device = strdup(device);
	if (a->device == NULL)
		abort();
	a->loop = loop;
	a->events = events;
	a->arg = arg;
	return a;
}

static void line_gone(uv_handle_t *h)
{
	free(h->data);
}

void audio_port_close(struct audio_port *a)
{
	struct wire *l = a->line;

	a->line = NULL;
	a->saying = false;
	if (l == NULL)
		return;
	l->port = NULL;
	uv_poll_stop(&l->poll);
	close(l->fd);
	uv_close((uv_handle_t *)&l->poll, line_gone);
}

void audio_port_free(struct audio_port *a)
{
	audio_port_close(a);
	free(a->device);
	free(a);
}

/* The next 20 ms: of the sound, then silence. */
static void write_frame(struct audio_port *a)
{
	uint8_t frame[AUDIO_FRAME] = { 0 };
	size_t n = a->saying ? a->sound.count - a->at : 0;

	if (n > SAMPLES)
		n = SAMPLES;
	for (size_t i = 0; i < n; i++) {
		uint16_t v = (uint16_t)a->sound.samples[a->at + i];

		frame[2 * i] = (uint8_t)(v & 0xFF);
		frame[2 * i + 1] = (uint8_t)(v >> 8);
	}
	a->at += n;
	/* What the device does not take now is lost: sound that comes late is worse than a gap. */
	if (write(a->line->fd, frame, sizeof frame) < 0 && errno != EAGAIN && errno != EINTR) {
		audio_port_close(a);
		return;
	}
	if (a->saying && a->at == a->sound.count) {
		a->saying = false;
		a->events->spoken(a->arg);
	}
}

static void hear(struct audio_port *a, const uint8_t *bytes, size_t n)
{
	int16_t samples[READ_MAX / 2 + 1];
	char keys[READ_MAX / DTMF_HOP];
	size_t count = 0, told;

	for (size_t i = 0; i < n; i++) {
		if (a->has_half)
			samples[count++] = (int16_t)(a->half | bytes[i] << 8);
		a->half = bytes[i];
		a->has_half = !a->has_half;
	}
	told = dtmf_feed(&a->dtmf, samples, count, keys, sizeof keys);
	for (size_t i = 0; i < told && a->line != NULL; i++)
		a->events->key(a->arg, keys[i]);
}

static void on_readable(uv_poll_t *p, int status, int events)
{
	struct wire *l = p->data;
	struct audio_port *a = l->port;
	uint8_t bytes[READ_MAX];
	ssize_t n;

	(void)events;
	if (a == NULL)
		return;
	n = status < 0 ? -1 : read(l->fd, bytes, sizeof bytes);
	if (n < 0 && (errno == EAGAIN || errno == EINTR) && status >= 0)
		return;
	if (n <= 0) {
		log_warn("event=audio_port device=%s why=\"lost\"", a->device);
		audio_port_close(a);
		return;
	}
	if (a->listen)
		hear(a, bytes, (size_t)n);
	for (a->owed += (size_t)n; a->owed >= AUDIO_FRAME && a->line != NULL;
		a->owed -= AUDIO_FRAME)
		write_frame(a);
}

/* Raw, where the device is a line at all. */
static int open_raw(const char *device)
{
	int fd = open(device, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd >= 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

void audio_port_open(struct audio_port *a, bool listen)
{
	struct wire *l;
	int fd;

	audio_port_close(a);
	fd = open_raw(a->device);
	if (fd < 0) {
		log_error("event=audio_port device=%s why=\"%s\"", a->device, strerror(errno));
		return;
	}
	l = calloc(1, sizeof *l);
	if (l == NULL)
		abort();
	l->fd = fd;
	l->port = a;
	l->poll.data = l;
	if (uv_poll_init(a->loop, &l->poll, fd) != 0) {
		log_error("event=audio_port device=%s why=\"not a line\"", a->device);
		close(fd);
		free(l);
		return;
	}
	l->poll.data = l;
	uv_poll_start(&l->poll, UV_READABLE, on_readable);
	a->line = l;
	a->listen = listen;
	a->owed = 0;
	a->has_half = false;
	dtmf_init(&a->dtmf);
}

void audio_port_say(struct audio_port *a, const struct modem_sound *s)
{
	a->sound = *s;
	a->at = 0;
	a->saying = a->line != NULL && s->count > 0;
}

void audio_port_stop(struct audio_port *a)
{
	a->saying = false;
}
