/*
 * sim_pty.c - a modem behind a pseudo-terminal with a link to it.
 *
 * The master shows a hang-up as long as nobody has the slave open, so it is polled only
 * between an open (told by inotify) and the hang-up. What was written meanwhile is dropped, as a
 * serial port without a listener does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "sim_port.h"
#include "banned.h"

static int master_open(struct sim_port *p)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios t;

	if (fd == -1)
		return -1;
	if (grantpt(fd) == 0 && unlockpt(fd) == 0 &&
		ptsname_r(fd, p->slave, sizeof p->slave) == 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		if (tcsetattr(fd, TCSANOW, &t) == 0)
			return fd;
	}
	close(fd);
	return -1;
}

/* The link is put in place at one stroke: whoever looks sees an old or a new one, never none. */
static bool link_make(struct sim_port *p, char error[SIM_ERROR_MAX])
{
	char fresh[SIM_ADDRESS_MAX + 16];
	struct stat st;

	if (lstat(p->address, &st) == 0 && !S_ISLNK(st.st_mode)) {
		snprintf(error, SIM_ERROR_MAX, "%.150s is there and no link", p->address);
		return false;
	}
	snprintf(fresh, sizeof fresh, "%s.%d", p->address, (int)getpid());
	unlink(fresh);
	if (symlink(p->slave, fresh) == 0 && rename(fresh, p->address) == 0)
		return true;
	snprintf(error, SIM_ERROR_MAX, "%.150s: %s", p->address, strerror(errno));
	unlink(fresh);
	return false;
}

static void door_event(uv_poll_t *h, int status, int events)
{
	struct sim_port *p = h->data;
	char seen[4096];

	(void)status;
	(void)events;
	while (read(p->door_fd, seen, sizeof seen) > 0)
		continue;
	if (p->line == NULL && p->fd != -1) {
		p->events = 0;
		p->line = sim_port_poll(p, p->fd, 0, NULL);
		sim_port_want(p);
	}
}

static bool watch(struct sim_port *p)
{
	p->door_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (p->door_fd == -1 || inotify_add_watch(p->door_fd, p->slave, IN_OPEN) == -1)
		return false;
	p->door = sim_port_poll(p, p->door_fd, UV_READABLE, door_event);
	return true;
}

static void pty_pull(struct sim_port *p)
{
	char to[sizeof p->slave + 1];
	ssize_t n = readlink(p->address, to, sizeof to - 1);

	sim_port_detach(p);
	sim_port_unpoll(&p->door);
	if (p->door_fd != -1)
		close(p->door_fd);
	p->door_fd = -1;
	/* not another program's link */
	if (n > 0 && (size_t)n == strlen(p->slave) && memcmp(to, p->slave, (size_t)n) == 0)
		unlink(p->address);
}

static bool pty_plug(struct sim_port *p, char error[SIM_ERROR_MAX])
{
	p->fd = master_open(p);
	if (p->fd == -1 || !watch(p)) {
		snprintf(error, SIM_ERROR_MAX, "pseudo-terminal: %s", strerror(errno));
		pty_pull(p);
		return false;
	}
	if (link_make(p, error))
		return true;
	pty_pull(p);
	return false;
}

/* The last one closed it: the master stays, quiet until the next open. */
static void pty_lost(struct sim_port *p)
{
	sim_port_unpoll(&p->line);
	p->events = 0;
	buf_clear(&p->out);
	p->out_at = 0;
	tcflush(p->fd, TCIOFLUSH);
}

static ssize_t pty_write(int fd, const char *bytes, size_t n)
{
	return write(fd, bytes, n);
}

const struct sim_port_kind sim_port_kind_pty = {
	.plug = pty_plug,
	.pull = pty_pull,
	.lost = pty_lost,
	.write = pty_write,
};
