/* sim_tcp.c - a modem behind a TCP port. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim_port.h"
#include "banned.h"

static void door_event(uv_poll_t *h, int status, int events)
{
	struct sim_port *p = h->data;
	int fd, on = 1;

	(void)events;
	if (status < 0)
		return;
	fd = accept4(p->door_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	sim_port_detach(p); /* the newest terminal has the line */
	sim_port_attach(p, fd);
}

static struct addrinfo *resolve(struct sim_port *p, char error[SIM_ERROR_MAX])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list;
	char port[16];
	int rc;

	snprintf(port, sizeof port, "%d", p->port);
	rc = getaddrinfo(p->host[0] != '\0' ? p->host : NULL, port, &hints, &list);
	if (rc == 0)
		return list;
	snprintf(error, SIM_ERROR_MAX, "%s:%s: %s", p->host, port, gai_strerror(rc));
	return NULL;
}

static int listen_on(const struct addrinfo *a)
{
	int on = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 8) == 0)
		return fd;
	on = errno;
	close(fd);
	errno = on;
	return -1;
}

/* Port 0 was any: from now on it is the one we got, also after unplugging. */
static void learn_port(struct sim_port *p)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { .v6 = { .sin6_family = AF_UNSPEC } };
	socklen_t n = sizeof a;

	if (getsockname(p->door_fd, &a.any, &n) == 0)
		p->port = ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
	snprintf(p->address, sizeof p->address, strchr(p->host, ':') ? "tcp:[%s]:%d" : "tcp:%s:%d",
		p->host, p->port);
}

static bool tcp_plug(struct sim_port *p, char error[SIM_ERROR_MAX])
{
	struct addrinfo *list = resolve(p, error);

	if (list == NULL)
		return false;
	p->door_fd = listen_on(list);
	freeaddrinfo(list);
	if (p->door_fd == -1) {
		snprintf(error, SIM_ERROR_MAX, "%s:%d: %s", p->host, p->port, strerror(errno));
		return false;
	}
	learn_port(p);
	p->door = sim_port_poll(p, p->door_fd, UV_READABLE, door_event);
	return true;
}

static void tcp_pull(struct sim_port *p)
{
	sim_port_detach(p);
	sim_port_unpoll(&p->door);
	if (p->door_fd != -1)
		close(p->door_fd);
	p->door_fd = -1;
}

static ssize_t tcp_write(int fd, const char *bytes, size_t n)
{
	return send(fd, bytes, n, MSG_NOSIGNAL);
}

const struct sim_port_kind sim_port_kind_tcp = {
	.plug = tcp_plug,
	.pull = tcp_pull,
	.lost = sim_port_detach,
	.write = tcp_write,
};
