/*
 * device.h - does what a modem's configuration names stand there, and if not, what people are told.
 *
 * It looks and never opens: an open raises DTR, and the daemon may be talking on that port. "No
 * tty" is the question that libserialport asks before it opens (modem.md 1.2), so that the answer
 * here is that of the later opening. Blocks for sysfs.
 */
#ifndef QUANZU_DEVICE_H
#define QUANZU_DEVICE_H

#include <stddef.h>

enum device_state {
	DEVICE_THERE,     /* or nobody knows without opening it: tcp:HOST:PORT */
	DEVICE_ABSENT,    /* nothing of that name; with an IMEI or a folder: no port to look at */
	DEVICE_FORBIDDEN, /* this process may not read and write it */
	DEVICE_NO_TTY     /* a file, or a device of another kind */
};

enum { DEVICE_TEXT = 1024 };

/* `device` and `imei` as in struct modem_config; "" none. */
enum device_state device_look(const char *device, const char *imei);
/*
 * A plain Chinese sentence without its subject and full stop: the path, what is wrong with it, what to
 * do, and for DEVICE_ABSENT and DEVICE_NO_TTY the ports (`there`, see ports_names(); "" none).
 * Returns text.
 */
const char *device_tell(
	enum device_state s, const char *device, const char *there, char text[DEVICE_TEXT]);

#endif
