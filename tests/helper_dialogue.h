/*
 * helper_dialogue.h - the driver against recorded-style dialogues on a virtual time.
 *
 * A file holds sections "=== name", each a test; what stands before the first is done at the
 * beginning of each, behind the config lines of the section. What a line means:
 *
 *   config KEY=VALUE ...      before start: pin smsc iccid pace part_pace max_parts validity
 *                             gap roaming=1 no_reports=1 profile device power=1
 *                             voice=1 call_file=F audio=1
 *   answer COMMAND | L | L    how the modem answers COMMAND while nothing else is said ("-": silence)
 *   start                     opens the port and runs until the modem is ready and quiet
 *   open, lost, drained       port events;  stuck: from now on the port accepts no bytes
 *   > COMMAND                 the next thing the driver writes; "> ESC"
 *   > PDU [to=N] [part=I/N] [text=T] [vp=HEX] [dcs=N]   a PDU and Ctrl-Z
 *   > SAY AT+X=1, TEXT        a speech command: its beginning and the text, which goes out as UCS-2 in hex
 *   < LINE                    the modem says it as a line of its own
 *   << BYTES                  the modem says it as it is (\r \n \xNN)
 *   <pdu NUMBER TEXT [ref=R part=I/N]  the hex of a DELIVER as a line; <report NUMBER mr=N status=N
 *   wait MS                   time passes; deadlines are met in order
 *   await MS COMMAND          everything is answered until COMMAND comes, within MS
 *   send ID NUMBER TEXT [ref=R] [first=I] [flash] [more]  expects MODEM_TAKEN; "send! RC ..." another
 *   call ID NUMBER TEXT [plays=N] [mute]     likewise, "call! RC ..."; with the keys of the voice menu
 *   list STATE                what AT+CLCC shows from now on: dialing, alerting, active, incoming, none, error
 *   heard K, spoken           the host's sound: a key was in it, all was said
 *   commit TOKEN, left TOKEN, pin yes|no, ussd CODE ("ussd! CODE": refused), reset
 *   ! EVENT                   the next event; "state NAME" the state now; "quiet" nothing is left
 *   room sms|call|none        what the modem would take now
 *   never COMMAND             from here on the driver must not write it
 *   history STATE ...         all states since the port was opened; cures CURE ... all cures
 *   absent MS                 the port cannot be opened for so long
 *
 * Chores (CSQ, CPMS?, CREG?, CEREG?, COPS?, CNMI?, CLCC, CEER) are answered by themselves unless
 * expected.
 */
#ifndef HELPER_DIALOGUE_H
#define HELPER_DIALOGUE_H

/* Runs all sections of all files below tests/FOLDER that end in `suffix`; the exit code of main(). */
int dialogues_run(const char *group, const char *folder, const char *suffix);

#endif
