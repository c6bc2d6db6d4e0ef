import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import type { UseFormRegisterReturn } from 'react-hook-form';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Input } from '@/ui/Input';
import styles from '@/pages/account/PasswordField.module.css';

interface Props {
  field: UseFormRegisterReturn;
  label: string;
  error?: string | undefined;
}

export function PasswordField({ field, label, error }: Props) {
  const [isShown, setIsShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <Field label={label} hint="At least 12 characters: a short sentence does well." error={error}>
      {(control) => (
        <div className={styles.row}>
          <Input {...control} {...field} type={isShown ? 'text' : 'password'} autoComplete="new-password" />
          <Button
            variant="ghost"
            aria-pressed={isShown}
            aria-label="Show the password"
            onClick={() => {
              setIsShown(!isShown);
            }}
          >
            <Icon size={20} aria-hidden />
          </Button>
        </div>
      )}
    </Field>
  );
}
