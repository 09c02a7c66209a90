package softadastra.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The path of a file as portable text: {@code /} between names, on every platform.
 *
 * <p>{@link #of(String)} brings text into that form: a backslash is a separator; repeated and trailing separators and
 * {@code .} names are dropped. Exactly two leading separators, as Windows shares have, are kept; a drive letter
 * ({@code C:/data}) is an ordinary name here. A path of nothing but {@code .} names is {@code .}.
 *
 * <p>Refused are: empty text; a NUL character; an unpaired surrogate, which has no UTF-8; a {@code ..} name, since what
 * it means depends on symbolic links, and could lead out of the directory that a path is meant for; more than
 * {@value #MAX_UTF8_BYTES} bytes of UTF-8.
 *
 * <p>A path is text about a file. Nothing here looks at a file system. Case is kept and counts.
 *
 * @param value the normalised text
 */
public record FilePath(String value) implements Comparable<FilePath> {
    /** The largest length of a path, in bytes of UTF-8. */
    public static final int MAX_UTF8_BYTES = 65_535;

    /**
     * Makes a path from text that is known to be normalised; {@link #of(String)} is for text from outside.
     *
     * @param value the normalised text
     * @throws SoftadastraException with {@link ErrorCode#INVALID_ARGUMENT} where the text is not valid, or not normalised
     */
    public FilePath {
        String problem = problemOf(value);
        if (problem.isEmpty() && !normalise(value).equals(value)) {
            problem = "path is not normalised";
        }
        if (!problem.isEmpty()) {
            throw new SoftadastraException(ErrorCode.INVALID_ARGUMENT, "invalid file path: " + problem);
        }
    }

    /**
     * The path that a text means, in portable form.
     *
     * @param text the path as some platform writes it
     * @return the path, or {@link ErrorCode#INVALID_ARGUMENT} saying what is wrong with the text
     */
    public static Result<FilePath> of(String text) {
        String problem = problemOf(text);
        return problem.isEmpty()
                ? Result.ok(new FilePath(normalise(text)))
                : Result.err(ErrorCode.INVALID_ARGUMENT, "invalid file path: " + problem);
    }

    private static String problemOf(String text) {
        Objects.requireNonNull(text, "text");
        if (text.isEmpty()) {
            return "path is empty";
        }
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            return "NUL character at index " + nul;
        }
        int unpaired = Utf8.indexOfUnpairedSurrogate(text);
        if (unpaired >= 0) {
            return "unpaired surrogate at index " + unpaired;
        }
        if (namesOf(text).contains("..")) {
            return "\"..\" is not allowed";
        }
        return text.length() > MAX_UTF8_BYTES || Utf8.encode(text).length > MAX_UTF8_BYTES
                ? "longer than " + MAX_UTF8_BYTES + " bytes"
                : "";
    }

    private static String normalise(String text) {
        String names = String.join("/", namesOf(text));
        String root = rootOf(text);
        return root.isEmpty() && names.isEmpty() ? "." : root + names;
    }

    private static String rootOf(String text) {
        int separators = 0;
        while (separators < text.length() && isSeparator(text.charAt(separators))) {
            separators++;
        }
        return separators == 0 ? "" : separators == 2 ? "//" : "/";
    }

    private static List<String> namesOf(String text) {
        List<String> names = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || isSeparator(text.charAt(i))) {
                String name = text.substring(begin, i);
                if (!name.isEmpty() && !name.equals(".")) {
                    names.add(name);
                }
                begin = i + 1;
            }
        }
        return names;
    }

    private static boolean isSeparator(char c) {
        return c == '/' || c == '\\';
    }

    /**
     * The last name of the path.
     *
     * @return the name; empty for a root
     */
    public String name() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    /** In the order of the UTF-16 characters of the text. */
    @Override
    public int compareTo(FilePath other) {
        return value.compareTo(other.value);
    }

    /** The normalised text. */
    @Override
    public String toString() {
        return value;
    }
}
