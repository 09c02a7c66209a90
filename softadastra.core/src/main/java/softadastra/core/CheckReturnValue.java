package softadastra.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks methods whose answer the caller has to look at; dropping it is a bug.
 *
 * <p>Static analysers such as Error Prone match this annotation by its simple name. On a method it covers that method;
 * on a type, its methods and those of nested types; on a package, all types in it. It says nothing about methods that
 * merely <em>return</em> a marked type: marking {@link Result} would not protect the methods that answer one. So each
 * package of Softadastra that has such methods carries it in its {@code package-info.java}, and the few methods whose
 * answer is a mere convenience are marked {@link CanIgnoreReturnValue}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.TYPE, ElementType.PACKAGE})
public @interface CheckReturnValue {}
