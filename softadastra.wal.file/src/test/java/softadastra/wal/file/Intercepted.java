package softadastra.wal.file;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/** A storage that asks somebody before each call on another one, without a lock: whoever is asked may wait. */
final class Intercepted {

    /**
     * A call that is about to be made.
     *
     * @param method its name
     * @param file the file's name, empty for a call on the directory
     * @param arguments what it is given
     */
    record Call(String method, String file, List<Object> arguments) {

        /** The argument at an index, a number. */
        long number(int index) {
            return ((Number) arguments.get(index)).longValue();
        }
    }

    /** Is asked before each call; it may wait, or fail it. */
    @FunctionalInterface
    interface Before {
        void call(Call call) throws IOException;
    }

    private Intercepted() {}

    static Storage storage(Storage storage, Before before) {
        return proxy(Storage.class, (proxy, method, arguments) -> {
            boolean named = arguments != null && arguments[0] instanceof String;
            String name = named ? (String) arguments[0] : "";
            before.call(new Call(method.getName(), name, list(arguments)));
            Object answer = invoke(storage, method, arguments);
            return answer instanceof StorageFile file ? file(file, name, before) : answer;
        });
    }

    private static StorageFile file(StorageFile file, String name, Before before) {
        return proxy(StorageFile.class, (proxy, method, arguments) -> {
            before.call(new Call(method.getName(), name, list(arguments)));
            return invoke(file, method, arguments);
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static List<Object> list(Object[] arguments) {
        return arguments == null ? List.of() : Arrays.asList(arguments);
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw Objects.requireNonNull(e.getCause());
        }
    }
}
