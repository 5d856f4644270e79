/*
 * sim_port.h - where a simulated modem is plugged in: a TCP port or a pseudo-terminal.
 *
 * A port carries bytes between one terminal and its modem and does to them what the faults say
 * (hang, dribble, unplug). One terminal at a time: on TCP a new connection replaces the old one, as
 * on a serial device server. What the modem writes while no terminal is there is dropped. Runs on the
 * libuv loop; sim_port_close() must be followed by a run of the loop so that handles end.
 */
#ifndef QUANZU_SIM_PORT_H
#define QUANZU_SIM_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "sim_modem.h"

enum { SIM_ADDRESS_MAX = 300, SIM_OUT_LIMIT = 4 << 20 };

struct sim_port;

/* What TCP and pseudo-terminals do differently. */
struct sim_port_kind {
	bool (*plug)(struct sim_port *p, char error[SIM_ERROR_MAX]); /* the port is there */
	void (*pull)(struct sim_port *p);                            /* it is gone */
	void (*lost)(struct sim_port *p);                            /* the terminal has hung up */
	ssize_t (*write)(int fd, const char *bytes, size_t n);
};

struct sim_port {
	const struct sim_port_kind *kind;
	uv_loop_t *loop;
	struct sim_modem *modem;
	char address[SIM_ADDRESS_MAX]; /* tcp:127.0.0.1:7000, or the link */

	uv_poll_t *line; /* to the terminal; NULL: none */
	int fd;
	int events; /* what `line` polls for; 0: stopped */
	struct buf out;
	size_t out_at;
	bool hung, dribble, dribbling;
	uint64_t hang_id, plug_id; /* only the latest of several counts */

	uv_poll_t *door; /* the listening socket, or the inotify of the pty */
	int door_fd;
	char host[64];
	int port;
	char slave[64];
};

struct sim_port *sim_port_tcp(uv_loop_t *loop, struct sim_modem *m, const char *host, int port,
	char error[SIM_ERROR_MAX]); /* port 0: any free one; NULL with a sentence in error */
struct sim_port *sim_port_pty(
	uv_loop_t *loop, struct sim_modem *m, const char *link, char error[SIM_ERROR_MAX]);
void sim_port_close(struct sim_port *p);

/* For the kinds: */
extern const struct sim_port_kind sim_port_kind_tcp, sim_port_kind_pty;
void sim_port_attach(struct sim_port *p, int fd); /* a terminal is there; the descriptor is ours */
void sim_port_detach(struct sim_port *p);         /* it is gone; closes the descriptor */
void sim_port_want(struct sim_port *p);           /* polls for what is wanted now */
uv_poll_t *sim_port_poll(struct sim_port *p, int fd, int events, uv_poll_cb fn);
void sim_port_unpoll(uv_poll_t **h);

#endif
