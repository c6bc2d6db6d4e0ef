import { Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { chosenTheme, chooseTheme } from '@/shell/theme';
import { Button } from '@/ui/Button';

export function ThemeToggle() {
  const [theme, setTheme] = useState(chosenTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const Icon = theme === 'dark' ? Sun : Moon;
  return (
    <Button
      variant="ghost"
      aria-label={`Use the ${other} theme`}
      onClick={() => {
        chooseTheme(other);
        setTheme(other);
      }}
    >
      <Icon size={20} aria-hidden />
    </Button>
  );
}
