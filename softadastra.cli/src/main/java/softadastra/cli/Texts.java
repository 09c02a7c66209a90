package softadastra.cli;

import java.util.Locale;

/** Words things for people. */
final class Texts {
    private Texts() {}

    /** Text that stays on its line and cannot command a terminal: control and formatting characters are escaped. */
    static String visible(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            int type = Character.getType(c);
            if (type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                out.append(c > 0xFFFF ? String.format("\\U%08x", c) : String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        });
        return out.toString();
    }

    static String yesNo(boolean value) {
        return value ? "yes" : "no";
    }

    /** A number of things: {@code 1 file}, {@code 6,459 files}. */
    static String count(long number, String one, String many) {
        return number(number) + " " + (number == 1 ? one : many);
    }

    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A number of bytes, rounded: {@code 24.8 MiB}. */
    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        int unit = -1;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }

    /** A word as a POSIX shell takes it. */
    static String shellWord(String word) {
        return word.matches("[A-Za-z0-9._/:@%+,=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
