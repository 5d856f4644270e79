/*
 * port.h - the bytes' way to a modem: serial line, pseudo-terminal or TCP, in the uv loop.
 *
 * Calling sequence: port_new(), port_open() as often as wanted (it closes what is open and
 * opens again after a pause); `opened` or `lost` follows, never from inside a call; bytes
 * come by `bytes`, one bounded read per wake-up; port_free() at the end. Nothing blocks.
 *
 * Serial lines go through libserialport (resolved links, exclusive, close-on-exec); names
 * below /dev/pts are opened directly, since 0.1.1 refuses them; "tcp:HOST:PORT" is a
 * non-blocking socket without delay. End of file, hang-up and errors are all "lost".
 *
 * This is the one place where everything that is written is checked: AT[ -~]*CR,
 * [0-9A-F]+Ctrl-Z, or a single ESC per call. Anything else is our bug: not written, logged.
 */
#ifndef QUANZU_PORT_H
#define QUANZU_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uv_loop_s;
struct port;

enum { PORT_READ_MAX = 4096, PORT_WRITE_MAX = 8192 };

struct port_events {
	void (*opened)(void *arg, int gap_ms); /* least pause between commands on such a port */
	void (*bytes)(void *arg, const char *bytes, size_t n);
	void (*drained)(void *arg); /* what port_write() had left over is accepted now */
	void (*lost)(void *arg, const char *why);
};

struct port *port_new(struct uv_loop_s *loop, const char *device, int baud,
	const struct port_events *events, void *arg); /* never NULL */
void port_free(struct port *p); /* no callback after it; memory goes when the loop has run */
void port_open(struct port *p, int64_t in_ms);
/* Another device from the next port_open() on; `quiet`: only looked at, not worth a line in the log. */
void port_aim(struct port *p, const char *device, int baud, bool quiet);
void port_shut(struct port *p); /* closed until port_open(); nothing is told */
/* Bytes that are not accepted yet, of these and earlier ones. 0 also when nothing is open. */
size_t port_write(struct port *p, const char *bytes, size_t n);
bool port_may_write(const char *bytes, size_t n); /* the rule above */

#endif
