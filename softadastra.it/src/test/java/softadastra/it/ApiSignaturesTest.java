package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.module.ModuleDescriptor.Exports;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever requires one of our modules can use all that it exports: its signatures name only types that this one
 * {@code requires} makes accessible. (The compiler's own lint for this would count {@code @Nullable} too.)
 */
class ApiSignaturesTest {
    static Stream<String> modules() {
        return OurModules.names().stream();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void signaturesNameOnlyAccessibleTypes(String name) {
        Set<String> passedOn = OurModules.passedOn(name);
        Set<String> inaccessible = new TreeSet<>();
        for (Class<?> type : exportedTypes(name)) {
            for (Class<?> used : typesInSignatures(type)) {
                if (!isAccessible(used, passedOn)) {
                    inaccessible.add(type.getName() + " uses " + used.getName() + " of " + used.getModule());
                }
            }
        }
        assertEquals(Set.of(), inaccessible, name);
    }

    private static boolean isAccessible(Class<?> type, Set<String> modules) {
        Module module = type.getModule();
        return isVisible(type)
                && module.isExported(type.getPackageName())
                && (module.getName().equals("java.base") || modules.contains(module.getName()));
    }

    private static List<Class<?>> exportedTypes(String name) {
        Set<String> exported = OurModules.descriptor(name).exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(Exports::source)
                .collect(Collectors.toSet());
        List<Class<?>> types = new ArrayList<>();
        for (String file : OurModules.files(name)) {
            if (file.endsWith(".class") && file.contains("/")) {
                String className =
                        file.substring(0, file.length() - ".class".length()).replace('/', '.');
                Class<?> type = Class.forName(OurModules.module(name), className);
                if (type != null && exported.contains(type.getPackageName()) && isVisible(type)) {
                    types.add(type);
                }
            }
        }
        return types;
    }

    private static boolean isVisible(Class<?> type) {
        Class<?> outer = type.getDeclaringClass();
        return isVisible(type.getModifiers())
                && !type.isAnonymousClass()
                && !type.isLocalClass()
                && (outer == null || isVisible(outer));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static Set<Class<?>> typesInSignatures(Class<?> type) {
        Set<Type> seen = new HashSet<>();
        Set<Class<?>> found = new HashSet<>();
        if (type.getGenericSuperclass() != null) {
            collect(type.getGenericSuperclass(), found, seen);
        }
        collect(type.getGenericInterfaces(), found, seen);
        collect(type.getTypeParameters(), found, seen);
        for (Field field : type.getDeclaredFields()) {
            if (isVisible(field.getModifiers())) {
                collect(field.getGenericType(), found, seen);
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            collectParameters(constructor, found, seen);
        }
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isSynthetic()) {
                collectParameters(method, found, seen);
                if (isVisible(method.getModifiers())) {
                    collect(method.getGenericReturnType(), found, seen);
                }
            }
        }
        return found;
    }

    private static void collectParameters(Executable executable, Set<Class<?>> found, Set<Type> seen) {
        if (isVisible(executable.getModifiers())) {
            collect(executable.getTypeParameters(), found, seen);
            collect(executable.getGenericParameterTypes(), found, seen);
            collect(executable.getGenericExceptionTypes(), found, seen);
        }
    }

    private static void collect(Type[] types, Set<Class<?>> found, Set<Type> seen) {
        for (Type type : types) {
            collect(type, found, seen);
        }
    }

    private static void collect(Type type, Set<Class<?>> found, Set<Type> seen) {
        if (!seen.add(type)) {
            return;
        }
        if (type instanceof Class<?> plain) {
            if (plain.isArray()) {
                collect(plain.getComponentType(), found, seen);
            } else if (!plain.isPrimitive()) {
                found.add(plain);
            }
        } else if (type instanceof ParameterizedType parameterized) {
            collect(parameterized.getRawType(), found, seen);
            collect(parameterized.getActualTypeArguments(), found, seen);
        } else if (type instanceof GenericArrayType array) {
            collect(array.getGenericComponentType(), found, seen);
        } else if (type instanceof WildcardType wildcard) {
            collect(wildcard.getUpperBounds(), found, seen);
            collect(wildcard.getLowerBounds(), found, seen);
        } else if (type instanceof TypeVariable<?> variable) {
            collect(variable.getBounds(), found, seen);
        }
    }
}
